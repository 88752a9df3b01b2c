"""What the ontology's `language.yaml` says: names with a caveat, customary units, what looks clinical.

A unit that is not printed is implied in two cases only. The printed range: exactly one customary unit has both
ends of the range in its windows. Without a range: exactly one has the value in its window. Else the value is not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import yaml

from kg.errors import OntologyError
from kg.vocabulary.names import fold

FILE: Final = "language.yaml"
_FIELDS: Final = (
    "upper_case_only", "not_in_text", "list_of", "examinations", "customs", "endings", "drug_endings", "words", "tests",
    "negative_results", "other_names", "with_numbers", "past_courses",
)  # fmt: skip
Window = tuple[Decimal, Decimal]


@dataclass(frozen=True)
class CustomaryUnit:
    """A unit in which a quantity is reported, with windows in that unit; None where there is none."""

    unit: str
    value: Window | None
    low: Window | None
    high: Window | None
    plausible: Window | None

    def fits_range(self, low: Decimal | None, high: Decimal | None) -> bool:
        """Whether the ends of a printed range, one at least, lie in the windows."""
        ends = ((low, self.low), (high, self.high))
        given = [(end, window) for end, window in ends if end is not None]
        return bool(given) and all(window is not None and window[0] <= end <= window[1] for end, window in given)

    def fits_value(self, value: Decimal) -> bool:
        return self.value is not None and self.value[0] <= value <= self.value[1]


@dataclass(frozen=True)
class Examination:
    """Names of an examination, and the concepts that a normal one makes absent (P17)."""

    names: tuple[str, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True)
class NegativeResult:
    """Conditions that a test does not show, all of them named, and the finding that says so."""

    tests: frozenset[str]
    absent: frozenset[str]
    finding: str


@dataclass(frozen=True)
class Customs:
    """The language file of an ontology."""

    upper_case_only: Mapping[str, str]
    not_in_text: frozenset[str]
    list_of: Mapping[str, str]
    examinations: tuple[Examination, ...]
    units: Mapping[str, tuple[CustomaryUnit, ...]]
    endings: tuple[str, ...]
    drug_endings: tuple[str, ...]
    words: frozenset[str]
    tests: tuple[str, ...]
    negative_results: tuple[NegativeResult, ...]
    other_names: tuple[str, ...]
    with_numbers: Mapping[str, str]
    past_courses: Mapping[str, tuple[str, ...]]

    def implied_unit(self, quantity: str, value: Decimal, low: Decimal | None, high: Decimal | None) -> str:
        """The unit that the range or the value implies, or nothing."""
        known = self.units.get(quantity, ())
        if low is not None or high is not None:
            fitting = [item.unit for item in known if item.fits_range(low, high)]
        else:
            fitting = [item.unit for item in known if item.fits_value(value)]
        return fitting[0] if len(fitting) == 1 else ""


def read_customs(folder: Path) -> Customs:
    """The file in an ontology's folder. Raises OntologyError when it is missing or has other fields."""
    path = folder / FILE
    if not path.exists():
        raise OntologyError(f"missing {path.name} beside the modules; it says how texts are read")
    data = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    if not isinstance(data, dict) or sorted(data) != sorted(_FIELDS):
        raise OntologyError(f"{path.name}: expected the fields {', '.join(_FIELDS)}")
    return Customs(
        upper_case_only={fold(name): name for name in data["upper_case_only"]},
        not_in_text=frozenset(map(fold, data["not_in_text"])),
        list_of=data["list_of"],
        examinations=tuple(Examination(tuple(item["names"]), tuple(item["absent"])) for item in data["examinations"]),
        units={name: tuple(map(_customary, items)) for name, items in data["customs"].items()},
        endings=tuple(data["endings"]),
        drug_endings=tuple(data["drug_endings"]),
        words=frozenset(map(fold, data["words"])),
        tests=tuple(data["tests"]),
        negative_results=tuple(
            NegativeResult(frozenset(item["tests"]), frozenset(item["absent"]), item["finding"])
            for item in data["negative_results"]
        ),
        other_names=tuple(data["other_names"]),
        with_numbers={phrase: name for name, phrases in data["with_numbers"].items() for phrase in phrases},
        past_courses={name: tuple(names) for name, names in data["past_courses"].items()},
    )


def _customary(item: Mapping[str, Any]) -> CustomaryUnit:
    value, low, high = (_window(item.get(name)) for name in ("value", "low", "high"))
    return CustomaryUnit(item["unit"], value, low, high, _window(item.get("plausible")) or value)


def _window(ends: Any) -> Window | None:
    return None if ends is None else (Decimal(str(ends[0])), Decimal(str(ends[1])))
