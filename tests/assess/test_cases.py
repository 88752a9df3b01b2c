"""The clinical cases of tests/assess/cases, through the doors that users have: a text, or a structured case.

What is expected was worked out from claims.csv and docs/policies.md by hand, apart from this program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import pytest

from clinical_cases import ClinicalCase, clinical_cases, files
from kg.assess import Assessment
from kg.assess.outcomes import Outcome
from kg.errors import CaseError
from kg.facts.patient import Fact, PatientFacts, Status
from kg.facts.unit_spellings import ucum
from kg.knowledge import Knowledge
from kg.ontology.compiled import Ontology
from kg.readers.case.parsing import parse_yaml
from kg.readers.text import TextReading, read_text
from kg.record.record import text as digits
from kg.record.statement_properties import property_of
from kg.render import as_json, dumps

POLICIES: Final = [f"P{number}" for number in range(1, 19)]
WORDS: Final = {"hasUndergone": "done", "hasHistoryOf": "history", "plans": "planned"}
NEGATIONS: Final = {"hasNoHistoryOf": "never", "hasNoPlanFor": "not planned"}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


def test_the_collector_found_every_file_and_every_variant(ontology: Ontology) -> None:
    cases = clinical_cases()
    assert len(files()) == len({case.id.partition("[")[0] for case in cases}) >= 120
    assert len(cases) >= 250
    assert sum(isinstance(case.given, str) for case in cases) >= 60
    claims = set(ontology.claims)
    for case in cases:
        for name in ("applicable", "excluded", "ambiguous", "undetermined", "not", "applies_exactly"):
            assert set(case.expected.get(name, ())) <= claims, case.id


def test_every_limit_and_every_policy_is_covered(ontology: Ontology) -> None:
    covered = {name for case in clinical_cases() for name in case.covers}
    missing = [name for name in (*printed_limits(ontology), *POLICIES) if name not in covered]
    assert missing == []


def printed_limits(ontology: Ontology) -> list[str]:
    """The names of thresholds.yaml; their opposites are made from them."""
    data = parse_yaml((ontology.folder / "thresholds.yaml").read_text(encoding="utf-8"))
    names = [limit["name"] for limit in data["thresholds"]]
    assert len(names) >= 30
    return names


def parameters() -> list[Any]:
    return [
        pytest.param(
            case, id=case.id, marks=[pytest.mark.xfail(strict=True, reason=case.defect)] if case.defect else []
        )
        for case in clinical_cases()
    ]


@pytest.mark.parametrize("case", parameters())
def test_what_follows_is_what_the_file_says(case: ClinicalCase, knowledge: Knowledge) -> None:
    if "error" in case.expected:
        with pytest.raises(CaseError) as caught:
            knowledge.assess_case(case.given, case.as_of)
        assert [problem.where for problem in caught.value.problems] == case.expected["error"]
        return
    answer = Answer(case, knowledge)
    wrong = [line for name in case.expected if name != "error" for line in CHECKS[name](answer, case.expected[name])]
    assert wrong == []


class Answer:
    """What the program makes of a case: the reading of a text, its facts, and the assessment."""

    def __init__(self, case: ClinicalCase, knowledge: Knowledge) -> None:
        self.reading: TextReading | None = None
        if isinstance(case.given, str):
            self.reading = read_text(case.given, knowledge.names, case.as_of)
            self.facts: PatientFacts = self.reading.facts
        else:
            self.facts = knowledge.read_case({"as_of": str(case.as_of), **case.given}, case.as_of)
        self.ontology = knowledge.ontology
        self.assessment: Assessment = knowledge.assess(self.facts)

    def ids(self, outcome: Outcome) -> tuple[str, ...]:
        return self.assessment.outcomes.ids(outcome)

    def outcome(self, claim: str) -> str:
        return f"{claim} is {self.assessment.outcomes.by_claim[claim].outcome}"

    @property
    def unread(self) -> str:
        return " | ".join(item.text for item in self.reading.not_understood) if self.reading else ""

    def understood(self) -> dict[str, list[str]]:
        """Code → what was understood of it."""
        found: dict[str, list[str]] = {name: ["complete"] for name in sorted(self.facts.complete)}
        for fact in self.facts.facts:
            found.setdefault(self.ontology.concepts[fact.concept].code, []).append(word(self.ontology, fact))
        for item in self.facts.measurements:
            code = self.ontology.concepts[item.quantity].code
            value = f"{item.comparator}{digits(item.given)} {ucum(item.given_unit)}"
            found.setdefault(code, []).append(value + (f" @{item.date}" if item.date else ""))
        return found


def word(ontology: Ontology, fact: Fact) -> str:
    prop = property_of(ontology, fact)
    if fact.status is Status.ABSENT:
        return NEGATIONS.get(ontology.absences.get(prop, ""), "absent")
    return WORDS.get(prop, str(fact.status)) if fact.status is Status.PRESENT else str(fact.status)


def as_written(said: str) -> str:
    """An expected value in the form of `Answer.understood`; any other word is left alone."""
    match = re.fullmatch(r"([<>=~]*)([\d.]+) ([^@]+?)( @[\d-]+)?", said)
    if match is None:
        return said
    sign, number, unit, day = match.groups()
    return f"{sign}{digits(Decimal(number))} {ucum(unit)}{day or ''}"


# -- one check for each expectation: what is wrong, a line each

Wrong = list[str]


def outcome_is(outcome: Outcome) -> Callable[[Answer, Any], Wrong]:
    def check(answer: Answer, claims: list[str]) -> Wrong:
        return [f"{answer.outcome(claim)}, not {outcome}" for claim in claims if claim not in answer.ids(outcome)]

    return check


def not_applicable(answer: Answer, claims: list[str]) -> Wrong:
    return [answer.outcome(claim) for claim in claims if claim in answer.ids(Outcome.APPLICABLE)]


def applies_exactly(answer: Answer, claims: list[str]) -> Wrong:
    found = answer.ids(Outcome.APPLICABLE)
    missing = [f"{answer.outcome(claim)}, not applicable" for claim in claims if claim not in found]
    return missing + [f"{claim} applies" for claim in found if claim not in claims]


def understood(answer: Answer, wanted: Mapping[str, Any]) -> Wrong:
    found = answer.understood()
    wrong = []
    for code, said in wanted.items():
        given = [re.sub(r" @.*", "", item) if "@" not in str(said) else item for item in found.get(code, [])]
        expected = [as_written(str(item)) for item in (said if isinstance(said, list) else [said])]
        wrong += [f"{code}: {item} was not understood, but {given}" for item in expected if item not in given]
    return wrong if wanted else [f"{code} was understood" for code in found]


def no_fact(answer: Answer, codes: list[str]) -> Wrong:
    found = answer.understood()
    return [f"{code}: {found[code]} was understood" for code in codes if code in found]


def not_present(answer: Answer, codes: list[str]) -> Wrong:
    found = answer.understood()
    return [f"{code} was understood as present" for code in codes if "present" in found.get(code, ())]


def kind(answer: Answer, wanted: str) -> Wrong:
    found = answer.reading.kind if answer.reading else ""
    return [] if found == wanted else [f"the text is {found}, not {wanted}"]


def missing(answer: Answer, wanted: Mapping[str, list[list[str]]]) -> Wrong:
    wrong = []
    for claim, sets in wanted.items():
        known = answer.assessment.outcomes.by_claim[claim].missing
        codes = answer.ontology.codes
        found = [[f"{fact.list} {codes[fact.concept]} {fact.status}" for fact in facts] for facts in known]
        wrong += [f"{claim} does not wait for {facts}, but for {found}" for facts in sets if facts not in found]
    return wrong


def issues(answer: Answer, kinds: list[str]) -> Wrong:
    found = [issue.kind for issue in answer.assessment.issues]
    return [f"no data issue {kind}, only {found}" for kind in kinds if kind not in found]


def no_issues(answer: Answer, kinds: list[str]) -> Wrong:
    return [issue.message for issue in answer.assessment.issues if issue.kind in kinds]


def conflicts(answer: Answer, wanted: list[list[str]]) -> Wrong:
    found = [
        [first, second, item.resolution]
        for item in answer.assessment.conflicts
        for first in item.supporting
        for second in item.opposing
    ]
    return [f"no conflict {one}, only {found}" for one in wanted if one not in found]


def basis(answer: Answer, wanted: Mapping[str, str]) -> Wrong:
    items = answer.assessment.items
    found = {name: str(items[name].basis) if name in items else "not there" for name in wanted}
    return [f"{name} is {found[name]}, not {said}" for name, said in wanted.items() if found[name] != said]


def done(answer: Answer, wanted: Mapping[str, str]) -> Wrong:
    found = {item.id: item.done_on for item in answer.assessment.lists["next_steps"]}
    return [f"{name} is done on {found.get(name)!r}" for name, day in wanted.items() if found.get(name) != day]


def not_done(answer: Answer, names: list[str]) -> Wrong:
    return [f"{item.id} is done" for item in answer.assessment.lists["next_steps"] if item.id in names and item.done]


def order(answer: Answer, wanted: list[str]) -> Wrong:
    found = [item.id for item in answer.assessment.lists["next_steps"] if item.id in wanted]
    return [] if found == wanted else [f"the order is {found}"]


def regimens(answer: Answer, wanted: Mapping[str, list[str]]) -> Wrong:
    found: dict[str, list[str]] = {name: [] for name in wanted}
    for item in answer.assessment.lists["treatments"]:
        if item.id in found:
            found[item.id] = [f"{phase.dose} {phase.unit}" for phase in item.regimen]
    return [f"{name} is dosed {found[name]}" for name, said in wanted.items() if found[name] != said]


def treatments_without(answer: Answer, words: list[str]) -> Wrong:
    said = dumps(as_json(answer.assessment)["treatments"]).lower()
    return [f"{one} is said" for one in words if one.lower() in said]


def not_understood(answer: Answer, words: list[str]) -> Wrong:
    return [f"{one} is not reported, only {answer.unread}" for one in words if one not in answer.unread]


def reported(answer: Answer, said: str) -> Wrong:
    messages = [*(issue.message for issue in answer.assessment.issues), answer.unread]
    return [] if any(said in message for message in messages) else [f"{said} is not reported, only {messages}"]


CHECKS: Final[Mapping[str, Callable[[Answer, Any], Wrong]]] = {
    **{str(outcome): outcome_is(outcome) for outcome in Outcome},
    "not": not_applicable,
    "applies_exactly": applies_exactly,
    "understood": understood,
    "no_fact": no_fact,
    "not_present": not_present,
    "kind": kind,
    "missing": missing,
    "issues": issues,
    "no_issues": no_issues,
    "conflicts": conflicts,
    "basis": basis,
    "done": done,
    "not_done": not_done,
    "order": order,
    "regimens": regimens,
    "treatments_without": treatments_without,
    "not_understood": not_understood,
    "reported": reported,
}
