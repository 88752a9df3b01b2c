"""What the sources expect of themselves: patients that articles bring along, worked examples of formulas, probes."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final, Protocol

from kg.assess import Assessment
from kg.assess.outcomes import Outcome
from kg.authoring.claim_schema import ExpectationEntry
from kg.authoring.sources import Sources
from kg.errors import CaseError, Problem
from kg.ontology.compiled import Ontology
from kg.readers.case.parsing import parse_json
from kg.record.record import text

DAY: Final = datetime.date(2026, 2, 10)
FIELDS: Final = {"applies": Outcome.APPLICABLE, "excluded": Outcome.EXCLUDED, "open": Outcome.UNDETERMINED}
Case = dict[str, Any]


class Assessor(Protocol):
    """What reads and assesses cases over one ontology: a `Knowledge`."""

    @property
    def ontology(self) -> Ontology: ...
    def assess_case(self, case: Any, today: datetime.date) -> Assessment: ...


def expectation_problems(knowledge: Assessor, sources: Sources) -> Iterator[Problem]:
    """Every expectation of an article that is not met, and every worked example that comes out otherwise."""
    for name, file in sources.articles:
        for entry in file.expectations:
            yield from _expected(f"{name}: expectations: {entry.name}", entry, knowledge)
    for derived in sources.thresholds.derived:
        for number, example in enumerate(derived.examples, 1):
            where = f"thresholds.yaml: {derived.name}: examples: {number}"
            yield from _worked(where, derived.name, example.case, example.gives, knowledge)


def _expected(where: str, entry: ExpectationEntry, knowledge: Assessor) -> Iterator[Problem]:
    try:
        found = _assessed(knowledge, entry.case).outcomes.by_claim
    except CaseError as error:
        yield from (Problem(f"{where}: case", str(one), "Mend the case.") for one in error.problems)
        return
    for field, outcome in FIELDS.items():
        for claim in getattr(entry, field):
            got = found[claim].outcome if claim in found else "no claim with a situation"
            if got != outcome:
                remedy = "Mend the claim, or the expectation."
                yield Problem(f"{where}: {field}", f"{claim} is {got}, not {outcome}.", remedy)


def _worked(where: str, name: str, case: Case, gives: Decimal, knowledge: Assessor) -> Iterator[Problem]:
    try:
        found = {item.quantity.name: item.value for item in _assessed(knowledge, case).record.derivations}
    except CaseError as error:
        yield from (Problem(f"{where}: case", str(one), "Mend the case.") for one in error.problems)
        return
    value = found[name].exact if name in found else None
    if value != gives:
        got = "nothing" if value is None else text(value)
        yield Problem(where, f"gives {got}, not {text(gives)}.", "Mend the formula, or the example.")


def _assessed(knowledge: Assessor, case: Case) -> Assessment:
    """The assessment of a case as YAML has it, its numbers read as decimals. Raises CaseError."""
    return knowledge.assess_case(parse_json(json.dumps(case, default=str)), DAY)


# -- probes


def probes(ontology: Ontology) -> Iterator[tuple[str, Case]]:
    """Patients of each sex and of none, a child, each special state, and one with each kind of fact in each status."""
    for sex in ("female", "male"):
        yield f"of sex {sex}", {"sex": sex, "age": 50}
    yield "of whom nothing is known", {}
    yield "who is a child", {"age": ontology.adult_from - 10, "sex": "female"}
    for name in ontology.defaults_not_in:
        yield f"with {name}", {"sex": "female", "age": 30, "diagnoses": [{"concept": ontology.codes[name]}]}
    for kind, declared in ontology.kinds.items():
        names = sorted(name for name, concept in ontology.concepts.items() if concept.kind is kind)
        if names and declared.case_list and declared.case_list != "measurements":
            for status in ("present", "absent", *(("pending",) if declared.case_list == "results" else ())):
                entries = [{"concept": ontology.codes[name], "status": status} for name in names]
                yield f"with every {kind} {status}", {declared.case_list: entries}
    values = [
        {"test": ontology.codes[name], "value": float(item.possible.high if item.possible else 1), "unit": item.unit}
        for name, item in sorted(ontology.quantities.items())
    ]
    yield "with every quantity measured", {"sex": "male", "age": 50, "measurements": values}


def probe_problems(knowledge: Assessor, show: Callable[[Assessment], object]) -> Iterator[Problem]:
    """Every probe whose assessment, or what is shown of it, ends in an error."""
    for name, case in probes(knowledge.ontology):
        try:
            show(_assessed(knowledge, case))
        except Exception as error:
            message = f"a patient {name} ends in {type(error).__name__}: {error}."
            yield Problem("probe", message, "Take out what was last added, and report it as a defect.")
