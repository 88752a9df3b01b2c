"""Entries of a case, each with the span it came from, and what could not become one."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kg.facts.patient import Reason
from kg.readers.text.people import MentionedPerson, Said
from kg.readers.text.reading import Span, UnreadSpan


@dataclass(frozen=True)
class StatedEntry:
    """One entry of a list of the case, with its span."""

    list: str
    entry: dict[str, Any]
    span: Span


@dataclass
class Draft:
    """A case in the making."""

    text: str
    stated: list[StatedEntry] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    unread: list[UnreadSpan] = field(default_factory=list)
    complete: dict[str, Span] = field(default_factory=dict)
    sex: tuple[str, Span] | None = None
    age: tuple[int, Span] | None = None

    def add(self, list_name: str, entry: dict[str, Any], span: Span) -> bool:
        """Add an entry unless it stands there already; true in both cases."""
        key = f"{list_name} {sorted(entry.items(), key=str)}"
        if key not in self.seen:
            self.seen.add(key)
            self.stated.append(StatedEntry(list_name, entry, span))
        return True

    def leave(self, start: int, end: int, reason: str, code: Reason = Reason.UNSUPPORTED, concept: str = "") -> bool:
        """Report a span as not understood; false, for nothing came of it. `concept`: the test whose value it is."""
        self.unread.append(UnreadSpan(start, end, self.text[start:end], reason, code, concept))
        return False

    def take(self, person: MentionedPerson) -> None:
        """Write age and sex; what contradicts itself is reported and not used."""
        age, sex = self._one(person.ages, "age"), self._one(person.sexes, "sex")
        if age is not None and isinstance(age.value, int):
            self.age = (age.value, Span(age.start, age.end))
        if sex is not None and isinstance(sex.value, str):
            self.sex = (sex.value, Span(sex.start, sex.end))

    def _one(self, found: Sequence[Said], what: str) -> Said | None:
        for said in found:
            if said.doubt:
                self.leave(said.start, said.end, said.doubt)
        sound = [said for said in found if not said.doubt]
        if len({said.value for said in sound}) > 1:
            for said in sound:
                self.leave(said.start, said.end, f"the text gives more than one {what}; none is used")
            return None
        return sound[0] if sound else None

    def settle(self) -> None:
        """What is said later of the same thing counts: a treatment that ended, a diagnosis that is no longer open."""
        ended = {item.entry["concept"]: item for item in self.stated if item.list == "history" or _ended(item)}
        settled = {
            item.entry["concept"]
            for item in self.stated
            if item.list == "diagnoses" and item.entry.get("status") in (None, "absent")
        }
        self.stated = [item for item in self.stated if not _overtaken(item, ended, settled)]

    def case(self, as_of: datetime.date) -> tuple[dict[str, Any], dict[str, Span]]:
        """The case as docs/contract.md writes it, and the span of each JSON path. Decimals stand for numbers."""
        case: dict[str, Any] = {"as_of": as_of.isoformat()}
        origins: dict[str, Span] = {}
        for name, said in (("sex", self.sex), ("age", self.age)):
            if said:
                case[name], origins[f"$.{name}"] = said
        for path, item in self._placed():
            case.setdefault(item.list, []).append(item.entry)
            origins[path] = item.span
        if self.complete:
            case["record"] = {"complete": sorted(self.complete)}
            origins |= {f"$.record.complete[{i}]": self.complete[name] for i, name in enumerate(sorted(self.complete))}
        return case, origins

    def _placed(self) -> Iterator[tuple[str, StatedEntry]]:
        counts: dict[str, int] = {}
        for item in sorted(self.stated, key=lambda item: item.span):
            number = counts.get(item.list, 0)
            counts[item.list] = number + 1
            yield f"$.{item.list}[{number}]", item

    def drop(self, path: str, reason: str, code: Reason = Reason.UNSUPPORTED) -> None:
        """Take out the entry at a path and report it."""
        for place, item in list(self._placed()):
            if path == place or path.startswith(f"{place}."):
                self.stated.remove(item)
                self.leave(item.span.start, item.span.end, reason, code)
                return
        if path.startswith("$.age") and self.age:
            self.leave(self.age[1].start, self.age[1].end, reason)
            self.age = None


def _ended(item: StatedEntry) -> bool:
    return item.list == "treatments" and ("ended" in item.entry or item.entry.get("status") == "absent")


def _overtaken(item: StatedEntry, ended: Mapping[str, StatedEntry], settled: Collection[str]) -> bool:
    concept = item.entry.get("concept", "")
    if item.list == "diagnoses" and item.entry.get("status") == "suspected":
        return concept in settled
    if item.list != "treatments" or "status" in item.entry or "ended" in item.entry:
        return False
    later = ended.get(concept)
    return later is not None and later.span.start > item.span.end


def plain(number: Decimal) -> int | Decimal:
    """A number as JSON has it: whole ones without a point."""
    return int(number) if number == number.to_integral_value() else number
