"""Outcomes of claims at the boundaries of the articles, as HermiT infers them: one call for all patients."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from kg.assess.outcomes import ClaimOutcome, Outcome, Outcomes, outcomes
from kg.judges.hermit import Hermit
from kg.ontology.compiled import Ontology
from kg.readers.case.reader import CaseReader
from kg.reasoner.closure import Closure
from kg.record.assertions import record
from kg.record.record import Record
from kg.vocabulary.names import Names

CANCER = {"concept": "lung cancer"}
SURVIVOR = {"concept": "breast cancer"}
PANCYTOPENIA = {"concept": "pancytopenia"}


def hb(value: Any, unit: str = "g/L", **fields: Any) -> dict[str, Any]:
    return {"test": "Hb", "value": value, "unit": unit, "date": "2026-02-01"} | fields


def b12(value: int, day: str = "2026-02-01", unit: str = "ng/L") -> dict[str, Any]:
    return {"test": "B12", "value": value, "unit": unit, "date": day}


def title_case(sex: str, comparator: str) -> dict[str, Any]:
    """The patient of A0's title: a haemoglobin of about 125 g/L and no word on anaemia."""
    return {
        "sex": sex,
        "age": 60,
        "measurements": [hb(125, comparator=comparator)],
        "findings": [{"concept": "leukopenia"}, {"concept": "raised B12"}],
        "history": [SURVIVOR],
    }


CASES: dict[str, dict[str, Any]] = {
    "haemoglobin-at-the-limit": {"diagnoses": [CANCER], "measurements": [hb(100)]},
    "haemoglobin-under-the-limit": {"diagnoses": [CANCER], "measurements": [hb("6.2", "mmol/L")]},
    "haemoglobin-over-the-limit": {"diagnoses": [CANCER], "measurements": [hb("6.21", "mmol/L")]},
    "title-case-woman": title_case("female", "="),
    "title-case-woman-about": title_case("female", "~"),
    "title-case-man": title_case("male", "="),
    "title-case-man-about": title_case("male", "~"),
    "b12-149": {"findings": [PANCYTOPENIA], "measurements": [b12(149)]},
    "b12-170": {"findings": [PANCYTOPENIA], "measurements": [b12(170)]},
    "b12-200": {"findings": [PANCYTOPENIA], "measurements": [b12(200)]},
    "b12-738-pmol": {"diagnoses": [CANCER], "measurements": [b12(738, unit="pmol/L")]},
    "b12-up-down-up": {
        "diagnoses": [CANCER],
        "measurements": [b12(1000, "2025-10-01"), b12(800, "2025-12-01"), b12(1100)],
    },
    "one-count-severe": {
        "findings": [PANCYTOPENIA],
        "measurements": [{"test": "ANC", "value": "0.4", "unit": "10^9/L", "date": "2026-02-01"}],
    },
    "low-risk-mds-after-breast-cancer": {
        "diagnoses": [{"concept": "low-risk MDS"}],
        "history": [SURVIVOR],
        "treatments": [{"concept": "active chemotherapy", "status": "absent"}],
        "measurements": [{"test": "EPO", "value": 200, "unit": "U/L", "date": "2026-02-01"}],
    },
    "survivor-only": {"history": [SURVIVOR], "measurements": [b12(1200)]},
    "deficient-and-raised": {"diagnoses": [{"concept": "B12 deficiency"}], "findings": [{"concept": "raised B12"}]},
    "nothing-known": {},
}


@pytest.fixture(scope="module")
def inferred(ontology: Ontology, names: Names) -> Mapping[str, tuple[Record, Closure]]:
    reader = CaseReader(names, datetime.date(2026, 2, 10))
    records = [record(ontology, reader.read(_decimals(case)), f"patient/{name}") for name, case in CASES.items()]
    closures = Hermit(ontology).infer(records)
    assert len(closures) == len(CASES)
    return dict(zip(CASES, zip(records, closures, strict=True), strict=True))


def _decimals(case: dict[str, Any]) -> dict[str, Any]:
    """Numbers written as text become decimals, as the readers of JSON and YAML make them."""
    values = [item | {"value": Decimal(item["value"])} for item in case.get("measurements", ())]
    return case | {"measurements": values}


@pytest.fixture(scope="module")
def found(ontology: Ontology, inferred: Mapping[str, tuple[Record, Closure]]) -> dict[str, Outcomes]:
    return {name: outcomes(ontology, *pair) for name, pair in inferred.items()}


def missing(item: ClaimOutcome) -> list[list[tuple[str, str, str]]]:
    return [[(fact.list, fact.concept, fact.status) for fact in facts] for facts in item.missing]


# -- haemoglobin at 10 g/dL


@pytest.mark.parametrize(
    ("patient", "at_most", "below", "above"),
    [
        ("haemoglobin-under-the-limit", "applicable", "applicable", "excluded"),
        ("haemoglobin-at-the-limit", "applicable", "excluded", "excluded"),
        ("haemoglobin-over-the-limit", "excluded", "excluded", "applicable"),
    ],
)
def test_inclusive_and_strict_limits_part_at_exactly_ten(
    found: dict[str, Outcomes], patient: str, at_most: str, below: str, above: str
) -> None:
    claims = found[patient].by_claim
    assert [str(claims[name].outcome) for name in ("A0-43", "A0-53", "A0-44")] == [at_most, below, above]


# -- about 125 g/L


@pytest.mark.parametrize("patient", ["title-case-woman", "title-case-woman-about"])
def test_a_haemoglobin_of_125_is_anaemia_for_the_article_but_not_for_a_woman(
    found: dict[str, Outcomes], patient: str
) -> None:
    item = found[patient].by_claim["A0-08"]
    assert (item.outcome, item.reason) == (Outcome.AMBIGUOUS, "grey_zone")
    assert len(item.holds_in) == 1
    assert "AnemiaAsLabelledByA0" in item.holds_in[0]


def test_a_haemoglobin_of_125_is_anaemia_in_a_man(found: dict[str, Outcomes]) -> None:
    assert found["title-case-man"].by_claim["A0-08"].outcome is Outcome.APPLICABLE


def test_a_haemoglobin_of_about_125_reaches_over_the_limit_for_men(found: dict[str, Outcomes]) -> None:
    item = found["title-case-man-about"].by_claim["A0-08"]
    assert (item.outcome, item.reason) == (Outcome.AMBIGUOUS, "grey_zone")


def test_the_articles_own_label_does_not_leave_the_article(found: dict[str, Outcomes]) -> None:
    pancytopenia = [name for name in found["title-case-woman"].ids(Outcome.AMBIGUOUS) if name.startswith("A1")]
    assert pancytopenia == []


# -- B12 between 150 and 200 ng/L


@pytest.mark.parametrize(
    ("patient", "outcome", "reason"),
    [
        ("b12-149", Outcome.APPLICABLE, ""),
        ("b12-170", Outcome.AMBIGUOUS, "grey_zone"),
        ("b12-200", Outcome.EXCLUDED, ""),
    ],
)
def test_a_low_b12_has_a_grey_zone(found: dict[str, Outcomes], patient: str, outcome: Outcome, reason: str) -> None:
    item = found[patient].by_claim["A1-13"]
    assert (item.outcome, item.reason) == (outcome, reason)


# -- B12 about 1000 ng/L


def test_a_value_on_the_limit_by_its_conversion_is_ambiguous_by_comparator(found: dict[str, Outcomes]) -> None:
    item = found["b12-738-pmol"].by_claim["A4-42"]
    assert (item.outcome, item.reason) == (Outcome.AMBIGUOUS, "comparator")
    assert missing(item) == [[("measurements", "VitaminB12", "present")]]


def test_two_high_values_with_a_lower_one_between_are_lasting_in_one_reading(found: dict[str, Outcomes]) -> None:
    item = found["b12-up-down-up"].by_claim["A4-14"]
    assert (item.outcome, item.reason) == (Outcome.AMBIGUOUS, "reading")
    assert item.holds_in
    assert item.missing


def test_cancer_only_in_the_past_makes_claims_on_cancer_patients_ambiguous(found: dict[str, Outcomes]) -> None:
    claims = found["survivor-only"].by_claim
    ambiguous = {name for name in ("A4-08", "A4-11", "A4-42", "A4-44") if claims[name].reason == "reading"}
    assert ambiguous == {"A4-08", "A4-11", "A4-42", "A4-44"}
    assert missing(claims["A4-42"]) == [[("diagnoses", "Cancer", "present")]]


# -- severe pancytopenia


def test_one_severe_count_is_severe_pancytopenia_in_one_reading_only(found: dict[str, Outcomes]) -> None:
    item = found["one-count-severe"].by_claim["A1-69"]
    assert (item.outcome, item.reason) == (Outcome.AMBIGUOUS, "reading")
    assert [("findings", "SeverePancytopenia", "present")] in missing(item)


# -- the conflict of the text, and what is none


def test_both_sides_of_the_conflict_over_the_drug_apply(found: dict[str, Outcomes]) -> None:
    claims = found["low-risk-mds-after-breast-cancer"].by_claim
    assert claims["A0-31"].outcome is Outcome.APPLICABLE
    assert claims["A0-39"].outcome is Outcome.APPLICABLE


def test_deficiency_and_a_raised_level_stand_side_by_side(
    found: dict[str, Outcomes], inferred: Mapping[str, tuple[Record, Closure]]
) -> None:
    patient, closure = inferred["deficient-and-raised"]
    assert closure.values["hasClash"] == frozenset()
    assert patient.issues == ()
    assert closure.types >= {"PatientWithVitaminB12Deficiency", "PatientWithRaisedVitaminB12"}
    assert set(found["deficient-and-raised"].ids(Outcome.EXCLUDED)) == {"A1-59", "A1-60", "A1-61"}


def test_of_a_patient_of_whom_nothing_is_known_every_claim_is_undetermined(
    found: dict[str, Outcomes], ontology: Ontology
) -> None:
    executable = {claim.id for claim in ontology.claims.values() if claim.executable}
    assert set(found["nothing-known"].ids(Outcome.UNDETERMINED)) == executable
    assert len(executable) >= 174


# -- shape


def test_every_executable_claim_has_one_outcome_for_every_patient(
    found: dict[str, Outcomes], ontology: Ontology
) -> None:
    executable = sum(claim.executable for claim in ontology.claims.values())
    for name, result in found.items():
        counts = {outcome: len(result.ids(outcome)) for outcome in Outcome}
        assert sum(counts.values()) == executable, name


def test_ambiguous_claims_say_why_and_in_which_reading_they_hold(found: dict[str, Outcomes]) -> None:
    items = [item for result in found.values() for item in result.of(Outcome.AMBIGUOUS)]
    assert len(items) > 30
    for item in items:
        assert item.reason in ("reading", "grey_zone", "comparator"), item.claim
        assert item.holds_in, item.claim


def test_undetermined_claims_name_what_is_missing_smallest_sets_first(found: dict[str, Outcomes]) -> None:
    items = [item for result in found.values() for item in result.of(Outcome.UNDETERMINED)]
    assert len(items) > 1000
    for item in items:
        sizes = [len(facts) for facts in item.missing]
        assert sizes == sorted(sizes), item.claim
        assert all(sizes), item.claim
        assert sizes, item.claim
