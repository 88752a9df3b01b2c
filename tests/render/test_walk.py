"""A proof as something to walk: from the conclusion over claims and findings down to the record."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from api.pages.proof import RecordedLeaves
from kg.assess import Assessment
from kg.render.explanation import explain, names_of_conclusions
from kg.render.walk import Landmark, walk
from places import ROOT
from rendered import KNOWLEDGE, assessments


def walked(assessment: Assessment, identifier: str) -> Landmark:
    found = explain(assessment, identifier)
    return walk(found.proof, KNOWLEDGE.ontology, identifier, RecordedLeaves(assessment).said)


def drawn(one: Landmark, depth: int = 0) -> Iterator[str]:
    mark = f" [{one.claim}]" if one.claim else f" ({one.by})" if one.by else ""
    yield f"{'  ' * depth}{one.text}{mark}{' (as above)' if one.again else ''}"
    for below in one.because:
        yield from drawn(below, depth + 1)


def all_of(one: Landmark) -> Iterator[Landmark]:
    yield one
    for below in one.because:
        yield from all_of(below)


def test_a_proof_in_landmarks() -> None:
    found = walked(assessments()["low-b12-with-neurology"], "treatment:hydroxocobalamin")
    assert list(drawn(found)) == [
        "treatment:hydroxocobalamin",
        "  Nerve signs, start: 1 mg into the muscle every other day until nothing improves any more. [A4-53]",
        "    Malignancy is present",
        "      Gastric cancer",
        "    Low serum B12 is present",
        "      Vitamin B12 below 150 pg/mL [A1-14]",
        "        Vitamin B12 120 ng/L on 2026-01-30",
        "    Neurological symptoms or involvement is present",
        "      Loss of vibration sense",
        "    Vitamin B12 below 200 pg/mL [A1-14]",
        "      Vitamin B12 120 ng/L on 2026-01-30",
    ]


def test_every_walk_ends_in_the_record_and_passes_claims_of_its_proof() -> None:
    seen = 0
    for found in list(assessments().values())[:4]:
        for name in names_of_conclusions(found)[::7]:
            claims = {claim.id for claim in explain(found, name).claims}
            marks = list(all_of(walked(found, name)))
            assert {one.claim for one in marks if one.claim} <= claims, name
            ends = [one for one in marks if not one.because and not one.again]
            assert all(not re.search(r"\w_\w", one.text) for one in ends)
            seen += len(ends)
    assert seen > 60


def test_a_script_of_others_is_the_file_that_the_notice_names_and_asks_for_nothing() -> None:
    data = (ROOT / "api/static/vendor/panzoom.min.js").read_bytes()
    assert hashlib.sha256(data).hexdigest() in (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    assert b"sourceMappingURL" not in data
    assert not re.search(rb"\b(fetch|XMLHttpRequest|importScripts|eval)\b", data)
