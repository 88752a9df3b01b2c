"""The law of the ledger over random documents: each clinical name is used, reported, or part of a question."""

from __future__ import annotations

import datetime
import os
import random
from typing import Final

from kg.readers.text.document import Document
from kg.readers.text.lexicon import lexicon_of
from kg.readers.text.pipeline import PIPELINE
from kg.vocabulary.names import Names

DAY: Final = datetime.date(2026, 2, 10)
DOCUMENTS: Final = int(os.environ.get("WARRANT_LEDGER_DOCUMENTS", "12"))
NEAR: Final = 12
VALUES: Final = (
    "Hb 9.1 g/dL",
    "platelets 88 K/uL",
    "ferritin 640 ng/mL",
    "zinc 11 umol/L",
    "B12 1400",
    "WBC 3,1",
    "MCV 104",
)
FRAMES: Final = (
    "Known {}.", "No {}.", "? {}", "Mother had {}.", "Plan: {}.", "{} in 2019.", "Denies {} and {}.", "{} awaited.",
    "On {}.", "{} stopped.", "Possible {}, {} excluded.", "- {}\n- {}", "History: {}; {}", "If {}, then {}.",
)  # fmt: skip
UNKNOWN: Final = ("sarcoidosis", "hoarseness", "metformin", "haematuria", "lisinopril", "asthma")


def document(seed: int, labels: list[str]) -> str:
    """A note of invented sentences: names of the vocabulary, words outside it, and values, in frames of all senses."""
    chance = random.Random(seed)
    parts = ["62F with a long list."]
    for _ in range(8):
        frame = chance.choice(FRAMES)
        words = [chance.choice(chance.choice((labels, labels, UNKNOWN))) for _ in range(frame.count("{}"))]
        parts.append(frame.format(*words))
    parts += chance.sample(VALUES, 3)
    chance.shuffle(parts)
    return "\n".join(parts)


def test_what_is_used_and_what_is_reported_are_all_that_is_clinical(names: Names) -> None:
    labels = sorted(
        {
            concept.label
            for concept in names.ontology.concepts.values()
            if concept.kind in ("condition", "finding", "drug")
        }
    )
    seen, lost = 0, []
    for seed in range(DOCUMENTS):
        done = PIPELINE(Document(document(seed, labels), DAY, lexicon_of(names)))
        assert done.reading is not None
        assert done.resolved is not None
        given = done.view.given
        told = [(item.start, item.end) for item in done.reading.mentions if item.used]
        told += [(span.start, span.end) for span in done.reading.origins.values()]
        told += [(item.start - NEAR, item.end) for item in done.reading.not_understood]
        told += [given(part.start, part.end) for part in done.segments if part.asks]
        for hit in done.hits:
            if hit.entry.concepts:
                start, end = given(hit.start, hit.end)
                seen += 1
                if not any(first < end and start < last for first, last in told):
                    lost.append((seed, done.text[max(0, start - 30) : end + 20]))
    assert seen > 8 * DOCUMENTS
    assert lost == []
