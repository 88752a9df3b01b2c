"""The stages of the text reader: their order, what they may change, and what a text costs."""

from __future__ import annotations

import dataclasses
import datetime
import gc
import time
from typing import Final

import pytest

from kg.errors import OntologyError
from kg.readers.text import read_text, trace_text
from kg.readers.text.document import LAYERS, Component, Document, Pipeline
from kg.readers.text.lexicon import lexicon_of
from kg.readers.text.pipeline import PIPELINE
from kg.vocabulary.names import Names

DAY: Final = datetime.date(2026, 2, 10)
STAGES: Final = [
    "characters", "layout", "sections", "sentences", "voice", "mentions", "measurements", "assertion",
    "time and person", "resolution", "ledger",
]  # fmt: skip


def test_the_stages_stand_in_one_list() -> None:
    assert [component.name for component in PIPELINE.components] == STAGES
    assert {layer for component in PIPELINE.components for layer in component.assigns} == LAYERS


@pytest.mark.parametrize(
    ("components", "words"),
    [
        ([("b", ("lines",), ("hits",))], "not made before it"),
        ([("a", (), ("lines",)), ("b", (), ("lines",))], "made twice"),
        ([("a", (), ("nothing_of_the_kind",))], "unknown layers"),
    ],
)
def test_an_order_that_does_not_hold_is_refused_when_it_is_built(
    components: list[tuple[str, tuple[str, ...], tuple[str, ...]]], words: str
) -> None:
    with pytest.raises(OntologyError, match=words):
        Pipeline(tuple(Component(name, requires, assigns, lambda _: {}) for name, requires, assigns in components))


def test_a_stage_that_makes_other_layers_than_it_says_is_refused(names: Names) -> None:
    stage = Component("a", (), ("lines",), lambda _: {"hits": ()})
    with pytest.raises(ValueError, match="declares"):
        stage(Document("Hb 9", DAY, lexicon_of(names)))


def test_a_document_is_never_changed(names: Names) -> None:
    text = "62F, Hb 9.8 g/dL, no fever"
    for component, document in trace_text(text, names, DAY):
        assert document.text == text
        assert all(getattr(document, layer) is not None for layer in component.assigns if layer != "message")
        with pytest.raises(dataclasses.FrozenInstanceError):
            document.text = ""  # type: ignore[misc]


# -- what nobody sees


CASE: Final = (
    "62-year-old woman with fatigue. Hb 9.8 g/dL (12.0-15.5), WBC 2.1 K/uL and platelets 45 K/uL on 3 February 2026. "
    "No fever."
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" ", "\u00a0"), (" ", " \u200b"), ("e", "e\u00ad"), ("9.8", "９.８"), (". ", ".\r\n"), (" ", "\u2009"),
        ("Hb 9", "Hb\t9"), ("a", "\u2060a"),
    ],
)  # fmt: skip
def test_what_nobody_sees_makes_no_difference(old: str, new: str, names: Names) -> None:
    changed = CASE.replace(old, new)
    assert changed != CASE
    assert read_text(changed, names, DAY).case == read_text(CASE, names, DAY).case


def test_wrapping_at_forty_columns_changes_nothing(names: Names) -> None:
    lines, line = [], ""
    for word in CASE.split():
        if len(line) + len(word) + 1 > 40:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    wrapped = "\n".join([*lines, line])
    assert read_text(wrapped, names, DAY).case == read_text(CASE, names, DAY).case


# -- cost


REPEATED: Final = [
    "…",
    "-",
    "\n",
    "Hb 8 ",
    "Hb 8\n",
    "(",
    "no ",
    "? ",
    "MDS, ",
    "no fever, ",
    "1/",
    "| 1 ",
    "Hb/",
    " ",
    "may ",
    "A: ",
]


@pytest.mark.parametrize("token", REPEATED)
def test_doubling_a_repeated_token_at_most_doubles_the_time(token: str, names: Names) -> None:
    """Half is allowed for the noise of the clock; a quadratic reader needs four times as long in every round."""
    half, whole = (token * (size // len(token)) for size in (5_000, 10_000))
    read_text(half, names, DAY)
    # a round measures both in turn, so that what else the computer does meets both; rounds end with the first good one
    rounds = ((_seconds(half, names), _seconds(whole, names)) for _ in range(5))
    assert any(twice < 3 * once + 0.01 for once, twice in rounds)


def _seconds(text: str, names: Names) -> float:
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        read_text(text, names, DAY)
        return time.process_time() - start
    finally:
        gc.enable()
