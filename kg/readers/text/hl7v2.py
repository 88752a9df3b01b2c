"""HL7 v2 messages inside a text: observations, their day and specimen, the person, notes and diagnoses.

The `hl7` library parses the message; this module finds where each field stands in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import hl7

from kg.readers.text.layout import Line

_SEGMENT: Final = re.compile(r"\s*(?P<name>MSH|PID|OBR|OBX|NTE|DG1|PV1|ORC|SPM|AL1|RXE|RXO|EVN|NK1|ZZ\w)\|")
_DAY: Final = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)")
_HEADER: Final = "MSH|^~\\&|\r"
_OBSERVED: Final = 7
_COLLECTED: Final = 14
IN_ERROR: Final = ("W", "X", "D")


@dataclass(frozen=True, slots=True)
class FieldSpan:
    """[start, end) of a field or a component in the text."""

    start: int
    end: int

    def text(self, whole: str) -> str:
        return whole[self.start : self.end]


@dataclass(frozen=True)
class Observation:
    """One OBX segment: code and name of the test, value with its comparator, unit, range, flag, status and day."""

    code: str
    name: FieldSpan
    value: FieldSpan
    unit: str
    range: FieldSpan
    flag: str
    status: str
    day: str
    specimen: str


@dataclass
class Message:
    """The segments of a message. `told` are the spans of notes and diagnoses, which are read as prose."""

    observations: list[Observation] = field(default_factory=list)
    told: list[FieldSpan] = field(default_factory=list)
    diagnoses: list[FieldSpan] = field(default_factory=list)
    born: FieldSpan | None = None
    sex: FieldSpan | None = None
    lines: list[Line] = field(default_factory=list)


def message_in(text: str, lines: Sequence[Line]) -> Message | None:
    """The HL7 v2 segments of a text, whether or not a message header stands over them; None where there is none."""
    message = Message()
    day = specimen = ""
    for line in lines:
        match = _SEGMENT.match(text, line.start, line.end)
        if match is None:
            continue
        message.lines.append(line)
        spans = tuple(_fields(text, match.start("name"), line.end))
        match match["name"]:
            case "OBR":
                day, specimen = _day_of(text, spans, _OBSERVED) or day, _text(text, spans, 4)
            case "SPM":
                specimen = _text(text, spans, 4)
            case "OBX":
                message.observations.append(_observation(text, spans, day, specimen))
            case "NTE":
                message.told += [spans[3]] if len(spans) > 3 else []
            case "DG1":
                message.diagnoses += [part for part in (_component(text, spans, 3, 1) or _at(spans, 4),) if part]
                message.told += message.diagnoses[-1:]
            case "PID":
                message.born, message.sex = _at(spans, 7), _at(spans, 8)
    return message if message.lines else None


def _fields(text: str, start: int, end: int) -> Iterator[FieldSpan]:
    """The fields of a segment, the name first, as the parser separates them."""
    parsed = hl7.parse(_HEADER + text[start:end])[1]
    at = start
    for item in parsed:
        length = len(str(item))
        yield FieldSpan(at, at + length)
        at += length + 1


def _at(spans: Sequence[FieldSpan], number: int) -> FieldSpan | None:
    return spans[number] if number < len(spans) and spans[number].start < spans[number].end else None


def _text(text: str, spans: Sequence[FieldSpan], number: int) -> str:
    return text[spans[number].start : spans[number].end] if number < len(spans) else ""


def _component(text: str, spans: Sequence[FieldSpan], number: int, place: int) -> FieldSpan | None:
    """A component of a field; None where it is empty."""
    if number >= len(spans):
        return None
    start = spans[number].start
    for count, part in enumerate(_text(text, spans, number).split("^")):
        if count == place:
            return FieldSpan(start, start + len(part)) if part else None
        start += len(part) + 1
    return None


def _day_of(text: str, spans: Sequence[FieldSpan], number: int) -> str:
    match = _DAY.match(_text(text, spans, number))
    return f"{match['year']}-{match['month']}-{match['day']}" if match else ""


def _unit(text: str, spans: Sequence[FieldSpan]) -> str:
    """The code of the unit; a power of ten is often sent with the sign that parts components."""
    code, _, rest = _text(text, spans, 6).partition("^")
    return f"{code}^{rest.partition('^')[0]}" if code == "10" and rest[:1].isdigit() else code


def _observation(text: str, spans: Sequence[FieldSpan], day: str, specimen: str) -> Observation:
    nothing = FieldSpan(spans[0].start, spans[0].start)
    code = _component(text, spans, 3, 0)
    name = _component(text, spans, 3, 1) or code or nothing
    system = _component(text, spans, 3, 2)
    coded = code is not None and system is not None and text[system.start : system.end] == "LN"
    unit = _unit(text, spans)
    return Observation(
        code=text[code.start : code.end] if coded and code else "",
        name=name,
        value=_at(spans, 5) or nothing,
        unit=unit,
        range=_at(spans, 7) or nothing,
        flag=_text(text, spans, 8).partition("^")[0].partition("~")[0],
        status=_text(text, spans, 11),
        day=_day_of(text, spans, _COLLECTED) or day,
        specimen=specimen,
    )
