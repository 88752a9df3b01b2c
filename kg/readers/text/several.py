"""Texts of several patients: where each one begins, and the text of one of them alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from kg.facts.patient import DataIssue, PatientFacts, Reason, Unread
from kg.readers.text.people import Said
from kg.readers.text.reading import Span, TextKind, TextReading, UnreadSpan

SEVERAL: Final = "several_patients"
NEAR: Final = 20
_FIRST: Final = re.compile(r"(?:^|\n)[^\S\n]*(?:[-*•#>]|\d{1,2}[.)])?[^\S\n]*(?:[^\W\d_][\w'’-]*[.,:]?[^\S\n]+){0,3}\Z")
_SHOWN: Final = 60


@dataclass(frozen=True)
class PatientPart:
    """[start, end) of what a text says of one of its patients; `label` is its name or the number of its place."""

    label: str
    start: int
    end: int


def patient_parts(
    text: str, labels: re.Pattern[str], ages: Sequence[Said], sexes: Sequence[Said]
) -> tuple[PatientPart, ...]:
    """The parts of a text that speaks of two patients and more; none for a text of one.

    A patient begins at a label (`labels`, two different ones at least), or at an age with a sex beside it. Two of those
    are two patients where both differ, or where both open a line and the ages differ.
    """
    named = [(" ".join(match["label"].split()), match.start("label")) for match in labels.finditer(text)]
    if len({label.casefold() for label, _ in named}) < 2:
        named = [(str(number), start) for number, start in enumerate(_introduced(text, ages, sexes), 1)]
    ends = [*(start for _, start in named[1:]), len(text)]
    return tuple(PatientPart(label, start, end) for (label, start), end in zip(named, ends, strict=False))


def _introduced(text: str, ages: Sequence[Said], sexes: Sequence[Said]) -> list[int]:
    ordered = sorted(sexes, key=lambda sex: sex.end)
    said = [(age, sex) for age in ages for sex in [_beside(age, ordered)] if sex]
    opening = [(age, sex) for age, sex in said if _FIRST.search(text[max(0, age.start - 80) : age.start])]
    differ = {(one.value, sex) for one, sex in said}
    apart = any(a[0] != b[0] and a[1] != b[1] for a in differ for b in differ)
    kept = opening if len({age.value for age, _ in opening}) > 1 else said if apart else []
    starts = [age.start for age, _ in kept]
    changes = [
        after for (before, after), ((a, _), (b, _)) in zip(pairwise(starts), pairwise(kept), strict=True)
        if a.value != b.value and before < after
    ]  # fmt: skip
    return [starts[0], *changes] if changes else []


def _beside(age: Said, sexes: Sequence[Said]) -> str:
    """The sex that is said with an age; empty where none is. `sexes` are in the order of the text."""
    first = bisect_left(sexes, age.start - NEAR, key=lambda sex: sex.end)
    near = [sex for sex in sexes[first : first + 4] if sex.start <= age.end + NEAR]
    return str(min(near, key=lambda sex: abs(sex.start - age.start)).value) if near else ""


def chosen(parts: Sequence[PatientPart], wanted: str) -> PatientPart | None:
    """The part that a label or the number of its place names."""
    labels = {part.label.casefold(): part for part in parts}
    numbers = {str(number): part for number, part in enumerate(parts, 1)}
    return labels.get(wanted.casefold()) or numbers.get(wanted)


def alone(text: str, part: PatientPart) -> str:
    """The text with blanks for all but one part; every character keeps its place."""
    return _blank(text[: part.start]) + text[part.start : part.end] + _blank(text[part.end :])


def _blank(text: str) -> str:
    return "".join(char if char == "\n" else " " for char in text)


def of_one(reading: TextReading, text: str, part: PatientPart, parts: Sequence[PatientPart]) -> TextReading:
    """The reading of one part as one of the whole text: what is said of the others is reported."""
    others = [item for item in parts if item != part]
    left = tuple(_left(text, item, Reason.OTHER_PERSON, "said of another patient of the text") for item in others)
    return _with(reading, text, left, reading.facts.issues)


def of_none(reading: TextReading, parts: Sequence[PatientPart]) -> TextReading:
    """A reading that uses nothing and asks which of the patients is meant."""
    text, shown = reading.text, "; ".join(_shown(reading.text, parts))
    issue = DataIssue(SEVERAL, f"the text is of {len(parts)} patients, so nothing of it is used: {shown}. Say which.")
    left = tuple(_left(text, part, Reason.AMBIGUOUS, "of which patient to speak is not said") for part in parts)
    facts = PatientFacts(as_of=reading.facts.as_of)
    empty = replace(
        reading, case={"as_of": reading.case["as_of"]}, origins={}, facts=facts, not_understood=(), mentions=(),
        kind=TextKind.CASE, questions=(), general=(), patients=tuple(Span(part.start, part.end) for part in parts),
    )  # fmt: skip
    return _with(empty, text, left, (issue,))


def _with(reading: TextReading, text: str, left: tuple[UnreadSpan, ...], issues: tuple[DataIssue, ...]) -> TextReading:
    unread: tuple[Unread, ...] = tuple(item.fact for item in left)
    facts = replace(reading.facts, unread=(*reading.facts.unread, *unread), issues=issues).ordered()
    return replace(reading, text=text, facts=facts, not_understood=tuple(sorted((*reading.not_understood, *left))))


def _left(text: str, part: PatientPart, code: Reason, reason: str) -> UnreadSpan:
    said = text[part.start : part.end].rstrip()
    return UnreadSpan(part.start, part.start + len(said), said, reason, code)


def _shown(text: str, parts: Sequence[PatientPart]) -> Iterator[str]:
    for number, part in enumerate(parts, 1):
        said = " ".join(text[part.start : part.end].split())
        yield f"{number} “{said[:_SHOWN]}{'…' if len(said) > _SHOWN else ''}”"
