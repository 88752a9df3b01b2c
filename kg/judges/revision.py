"""What changed between two ontologies: claims, limits and terms, and the conclusions of patients that change with them.

The patients are the examples of both, those at the edge of every claim that changed, before and after, and a folder of
cases where one is given. An edit that changes no axiom and no wording changes nothing here.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Protocol

from kg.errors import CaseError
from kg.judges.expectations import Assessor
from kg.judges.patients.boundary_patients import targets_of
from kg.ontology.compiled import Ontology
from kg.ontology.manchester import And, Expression, Or
from kg.ontology.model import Claim
from kg.publication.conditions import expression
from kg.readers.case.parsing import parse_yaml
from kg.reasoner.engine import Engine
from kg.record.examples import paths
from kg.record.record import text

DAY: Final = datetime.date(2026, 2, 10)


class ReasonedOntology(Assessor, Protocol):
    """An ontology of a folder with its engine: a `Knowledge`."""

    @property
    def folder(self) -> Path: ...
    @property
    def engine(self) -> Engine: ...


OUTCOMES: Final = ("claimApplies", "claimExcluded")
Part = Mapping[str, str]


@dataclass(frozen=True)
class ClaimRevision:
    """A claim that is new, gone or different: part by part, before and after; a part that is not there is empty."""

    claim: str
    parts: Mapping[str, tuple[str, str]]

    @property
    def kind(self) -> str:
        before = any(one for one, _ in self.parts.values())
        return "changed" if before and any(one for _, one in self.parts.values()) else "removed" if before else "added"


@dataclass(frozen=True)
class PatientRevision:
    """Conclusions of one patient that only one of the two ontologies draws; `because` are the claims that changed."""

    patient: str
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    because: tuple[str, ...]


@dataclass(frozen=True)
class OntologyRevision:
    """The whole difference. `numbers` are limits and formulas, by name."""

    claims: tuple[ClaimRevision, ...] = ()
    numbers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    terms: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    patients: tuple[PatientRevision, ...] = ()
    tried: int = 0

    @property
    def empty(self) -> bool:
        return not (self.claims or self.numbers or self.terms or self.patients)


def revised(old: ReasonedOntology, new: ReasonedOntology, cases: Path | None = None) -> OntologyRevision:
    """The difference between two ontologies."""
    claims = tuple(_claims(old.ontology, new.ontology))
    numbers = _changed(_numbers(old.ontology), _numbers(new.ontology))
    touched = {one.claim for one in claims} | _claims_of_numbers(old.ontology, numbers)
    patients = dict(_patients(old, new, touched, numbers, cases))
    found = [_patient(name, case, old, new, touched) for name, case in patients.items()]
    terms = _changed(_terms(old.ontology), _terms(new.ontology))
    return OntologyRevision(claims, numbers, terms, tuple(one for one in found if one), len(patients))


# -- what is written


def _changed(before: Part, after: Part) -> dict[str, tuple[str, str]]:
    names = sorted(before.keys() | after.keys())
    rows = {name: (before.get(name, ""), after.get(name, "")) for name in names}
    return {name: pair for name, pair in rows.items() if pair[0] != pair[1]}


def _claims(old: Ontology, new: Ontology) -> Iterator[ClaimRevision]:
    for name in sorted(old.claims.keys() | new.claims.keys()):
        before = _parts(old, old.claims[name]) if name in old.claims else {}
        after = _parts(new, new.claims[name]) if name in new.claims else {}
        if parts := _changed(before, after):
            yield ClaimRevision(name, parts)


def _parts(ontology: Ontology, claim: Claim) -> Part:
    """What a claim says, part by part; where it stands in the text is no part of it."""
    found = {
        "kind": claim.kind,
        "sentence": claim.sentence,
        "concludes": "; ".join(f"{predicate} {target}" for predicate, target in sorted(claim.conclusions)),
        "exceptions": "; ".join([*claim.exceptions, *claim.exception_classes]),
        "regimen": "; ".join(map(str, claim.regimen)),
        "effects": "; ".join(map(str, claim.effects)),
        "doubts": "; ".join(" ".join(one) for one in claim.doubts),
    }
    for number, reading in enumerate(claim.readings, 1):
        found[f"condition {number}"] = str(_sorted(expression(ontology, reading.situation)))
    skipped = {"asks", "indexTerm", "subject", "absentSubject", "alsoAt", "formalReading", "readingSituation"}
    found |= {name: "; ".join(values) for name, values in claim.fields.items() if name not in skipped}
    return {name: value for name, value in found.items() if value}


def _sorted(formula: Expression) -> Expression:
    """The same expression with the parts of each `and` and `or` in one order."""
    if isinstance(formula, And | Or):
        return type(formula)(tuple(sorted(map(_sorted, formula.parts), key=str)))
    return formula


def _numbers(ontology: Ontology) -> Part:
    limits = {name: f"{item.quantity} {item.bound} {text(item.limit)}" for name, item in ontology.thresholds.items()}
    return limits | {
        item.name: f"{item.formula} {item.operands} {item.factor} {item.data}" for item in ontology.derived
    }


def _terms(ontology: Ontology) -> Part:
    return {
        name: f"{item.kind} {item.label}; below {', '.join(item.parents)}; {', '.join(item.synonyms)}"
        for name, item in ontology.concepts.items()
    }


def _claims_of_numbers(ontology: Ontology, numbers: Iterable[str]) -> set[str]:
    """The claims whose conditions name a limit or a formula that changed, or its opposite."""
    found = set[str]()
    for claim in ontology.claims.values():
        named = " ".join(str(expression(ontology, reading.situation)) for reading in claim.readings).split()
        if not set(numbers).isdisjoint(word.strip("()") for word in named):
            found.add(claim.id)
    return found


# -- what follows


def _patients(
    old: ReasonedOntology, new: ReasonedOntology, touched: set[str], numbers: Iterable[str], cases: Path | None
) -> Iterator[tuple[str, str]]:
    for path in paths(new.folder):
        yield f"example {path.stem}", path.read_text(encoding="utf-8")
    for path in sorted(cases.iterdir()) if cases else ():
        yield f"case {path.name}", path.read_text(encoding="utf-8")
    limits = _limits((old.ontology, new.ontology), numbers)
    for side, one in (("before", old), ("after", new)):
        for name in sorted(touched & one.ontology.claims.keys()):
            for target in targets_of(one.ontology, one.engine, name):
                where = f"edge of {name} {side}: {target.purpose}"
                yield where, target.patient.case
                variants = _variants(one.ontology, json.loads(target.patient.case), limits)
                yield from ((f"{where}, {what}", json.dumps(case)) for what, case in variants)


def _limits(ontologies: Iterable[Ontology], numbers: Iterable[str]) -> Mapping[str, frozenset[Decimal]]:
    """Code of a quantity → the limits of it that changed, before and after."""
    found: dict[str, set[Decimal]] = {}
    for ontology in ontologies:
        for name in set(numbers) & ontology.thresholds.keys():
            item = ontology.thresholds[name]
            if item.quantity in ontology.codes:
                found.setdefault(ontology.codes[item.quantity], set()).add(item.limit)
    return {code: frozenset(limits) for code, limits in found.items()}


def _variants(
    ontology: Ontology, case: dict[str, Any], limits: Mapping[str, frozenset[Decimal]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The case with a value exactly on a limit that changed, and with what is next above or below what it states."""
    for listed, entries in case.items():
        for number, entry in enumerate(entries if isinstance(entries, list) else ()):
            for change in _changes(ontology, listed, entry, limits):
                other = [{**one, **change} if place == number else one for place, one in enumerate(entries)]
                yield f"{next(iter(entry.values()))} {next(iter(change.values()))}", {**case, listed: other}


def _changes(
    ontology: Ontology, listed: str, entry: Mapping[str, Any], limits: Mapping[str, frozenset[Decimal]]
) -> Iterator[dict[str, Any]]:
    """What one entry of a case may be replaced by."""
    names = {code: name for name, code in ontology.codes.items()}
    if listed == "measurements":
        unit = ontology.quantities[names[entry["test"]]].unit
        yield from ({"value": float(limit), "unit": unit} for limit in sorted(limits.get(entry["test"], ())))
    else:
        name = names[entry["concept"]]
        near = (ontology.ancestors(name) | ontology.descendants(name)) - {name}
        yield from ({"concept": ontology.codes[other]} for other in sorted(near))


def _patient(
    name: str, case: str, old: ReasonedOntology, new: ReasonedOntology, touched: set[str]
) -> PatientRevision | None:
    before, after = _conclusions(old, case), _conclusions(new, case)
    if before == after:
        return None
    lost, gained = tuple(sorted(before - after)), tuple(sorted(after - before))
    named = {one.split()[-1].removeprefix("claim/") for one in (*lost, *gained)}
    return PatientRevision(name, lost, gained, tuple(sorted(named & touched)))


def _conclusions(knowledge: ReasonedOntology, case: str) -> frozenset[str]:
    """The outcomes of claims and the entries of lists; nothing where the case cannot be read."""
    try:
        found = knowledge.assess_case(parse_yaml(case), DAY)
    except CaseError:
        return frozenset()
    lists = knowledge.ontology.list_properties
    return frozenset(f"{prop} {one}" for prop in (*OUTCOMES, *lists) for one in found.closure.values.get(prop, ()))
