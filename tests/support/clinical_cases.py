"""Clinical cases as text files: what is said of a patient, and what must and must not follow.

A file of tests/assess/cases is named by a sentence and holds

    text or case     what a clinician writes, or a structured case; `{value}` stands for the value of each of `given`
    given            variants of the case: a `value` and what is expected of it
    covers           limits of ontology/thresholds.yaml, docs/policies.md (P1 to P18), claims
    as_of            the day of the case (2026-02-10 unless told)
    known_defect     why the program fails it today

and expectations, on top or with each variant; a list of claims names those that must be there, not all that are:

    applicable, excluded, ambiguous, undetermined, not (not applicable), applies_exactly (all that apply)
    understood       code: `present`, `absent`, `history`, `never`, `planned`, `done`, ... or value and unit, `@date`
    no_fact          codes of which nothing may be understood; `not_present`: not as present
    kind             `case`, `question` or `both`
    missing          claim: one of the sets of facts that would decide it
    issues, no_issues  kinds of data issues
    conflicts        [claim for, claim against, resolution]
    basis, done, not_done, order, regimens, treatments_without   of the entries of the lists, by their ids
    not_understood   words reported as not understood; `reported` may be there or in a data issue
    error            paths of a case at which errors are reported
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from kg.readers.case.parsing import parse_yaml
from places import ROOT

FOLDER: Final = ROOT / "tests" / "assess" / "cases"
DAY: Final = datetime.date(2026, 2, 10)
ABOUT_THE_FILE: Final = {"text", "case", "given", "covers", "as_of", "known_defect", "value"}
EXPECTATIONS: Final = {
    "applicable", "excluded", "ambiguous", "undetermined", "not", "applies_exactly", "understood",
    "no_fact", "not_present", "kind", "missing", "issues", "no_issues", "conflicts", "basis",
    "done", "not_done", "order", "regimens", "treatments_without", "not_understood", "reported", "error",
}  # fmt: skip


@dataclass(frozen=True)
class ClinicalCase:
    """One variant of one file. `given` is a text or a case; `expected` what must hold of the answer."""

    id: str
    given: str | Mapping[str, Any]
    expected: Mapping[str, Any]
    as_of: datetime.date
    defect: str = ""
    covers: tuple[str, ...] = field(default=())


@cache
def clinical_cases() -> tuple[ClinicalCase, ...]:
    """Every variant of every file, in the order of their names. An unknown field is an error."""
    return tuple(case for path in files() for case in _variants(path))


def files() -> list[Path]:
    return sorted(FOLDER.glob("*.yaml"))


def _variants(path: Path) -> Iterator[ClinicalCase]:
    data = parse_yaml(path.read_text(encoding="utf-8"))
    for number, variant in enumerate(data.get("given", [{}]), 1):
        merged = {**data, **variant}
        if unknown := set(merged) - ABOUT_THE_FILE - EXPECTATIONS:
            raise ValueError(f"{path.name}: unknown fields {sorted(unknown)}")
        expected = {name: merged[name] for name in sorted(EXPECTATIONS & set(merged))}
        if not expected or ("text" in data) == ("case" in data):
            raise ValueError(f"{path.name}: needs a text or a case, and an expectation")
        case = data.get("case")
        yield ClinicalCase(
            id=path.stem + (f"[{number}]" if "given" in data else ""),
            given=_filled(data["text"] if case is None else case, variant.get("value")),
            expected=expected,
            as_of=datetime.date.fromisoformat(data.get("as_of", str(DAY))),
            defect=merged.get("known_defect", ""),
            covers=tuple(data.get("covers", ())),
        )


def _filled(given: Any, value: Any) -> Any:
    """The value in place of `{value}`: as it is where nothing stands beside it, as text in a text."""
    if isinstance(given, dict):
        return {name: _filled(item, value) for name, item in given.items()}
    if isinstance(given, list):
        return [_filled(item, value) for item in given]
    if given == "{value}" and not isinstance(value, str):
        return value
    return given.replace("{value}", str(value)) if isinstance(given, str) and value is not None else given
