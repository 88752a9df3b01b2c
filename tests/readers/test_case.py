"""A case, as JSON or YAML, becomes facts; all that is wrong with it is said at once."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import pytest
import yaml

from kg.errors import CaseError, Problem
from kg.facts.origins import JsonPath
from kg.facts.patient import Fact, ReferenceRange, Status
from kg.facts.units import Interval
from kg.readers.case.parsing import parse_json, parse_yaml
from kg.readers.case.reader import CaseReader
from kg.vocabulary.names import Names

INTERFACE_CASE = """
{"as_of": "2026-02-10", "sex": "female", "age": 62,
 "measurements": [{"test": "hemoglobin", "value": 125, "comparator": "~", "unit": "g/L", "date": "2026-02-01",
                   "reference_range": {"low": 120, "high": 155}, "flag": "N"}],
 "findings":   [{"concept": "leukopenia"}],
 "history":    [{"concept": "breast cancer", "status": "present"}],
 "diagnoses":  [{"concept": "low-risk myelodysplastic syndrome"}, {"concept": "lymphoma", "status": "suspected"}],
 "treatments": [{"concept": "darbepoetin", "started": "2026-01-05", "ended": null},
                {"concept": "active chemotherapy", "status": "absent"}],
 "plans":      [{"concept": "ESA"}],
 "intents":    [{"concept": "curative"}],
 "procedures": [{"concept": "gastrectomy", "date": "2019-05-01"}],
 "results":    [{"concept": "bone marrow result", "date": "2026-02-03"}],
 "record":     {"complete": ["treatments"]}}
"""


def problems(reader: CaseReader, case: Any) -> dict[str, Problem]:
    """Path → what is wrong there."""
    with pytest.raises(CaseError) as caught:
        reader.read(case)
    found = {problem.where: problem for problem in caught.value.problems}
    assert len(found) == len(caught.value.problems)
    return found


def only_problem(reader: CaseReader, **case: Any) -> Problem:
    (problem,) = problems(reader, case).values()
    return problem


def hemoglobin(**fields: Any) -> dict[str, Any]:
    return {"test": "Hb", "value": 13, "unit": "g/dL"} | fields


# -- what reads


def test_the_case_of_the_contract_reads(reader: CaseReader) -> None:
    facts = reader.read(parse_json(INTERFACE_CASE))

    assert (facts.as_of, facts.sex, facts.age) == (datetime.date(2026, 2, 10), "female", 62)
    assert facts.complete == {"treatments"}
    assert facts.issues == ()
    assert {(fact.list, fact.concept, fact.status) for fact in facts.facts} == {
        ("findings", "Leukopenia", Status.PRESENT),
        ("history", "BreastCancer", Status.PRESENT),
        ("diagnoses", "LowRiskMDS", Status.PRESENT),
        ("diagnoses", "Lymphoma", Status.SUSPECTED),
        ("treatments", "Darbepoetin", Status.PRESENT),
        ("treatments", "ActiveChemotherapy", Status.ABSENT),
        ("plans", "ErythropoiesisStimulatingAgent", Status.PRESENT),
        ("intents", "CurativeIntent", Status.PRESENT),
        ("procedures", "Gastrectomy", Status.PRESENT),
        ("results", "BoneMarrowResult", Status.PRESENT),
    }
    (value,) = facts.measurements
    assert (value.quantity, value.given, value.comparator, value.given_unit) == ("Hemoglobin", Decimal(125), "~", "g/L")
    assert value.value == Interval(Decimal("11.875"), Decimal("13.125"))
    assert (value.unit, value.range, value.flag) == ("g/dL", ReferenceRange(Decimal(12), Decimal("15.5")), "N")
    assert value.origin == JsonPath("$.measurements[0]")


def test_json_and_yaml_give_equal_facts(reader: CaseReader) -> None:
    case = json.loads(INTERFACE_CASE)
    assert reader.read(parse_yaml(yaml.safe_dump(case))) == reader.read(parse_json(INTERFACE_CASE))
    assert reader.read(parse_yaml(INTERFACE_CASE)) == reader.read(parse_json(INTERFACE_CASE))


def test_numbers_with_a_point_and_dates_are_the_same_in_json_and_yaml(reader: CaseReader) -> None:
    in_json = '{"as_of": "2026-02-10", "measurements": [{"test": "Hb", "value": 6.2, "unit": "mmol/L"}]}'
    in_yaml = "as_of: 2026-02-10\nmeasurements:\n- {test: Hb, value: 6.2, unit: mmol/L}\n"
    (value,) = reader.read(parse_yaml(in_yaml)).measurements
    assert reader.read(parse_json(in_json)) == reader.read(parse_yaml(in_yaml))
    assert value.value.exact == Decimal("9.99068")


def test_an_empty_case_is_a_patient_of_whom_nothing_is_known(reader: CaseReader) -> None:
    facts = reader.read({})
    assert (facts.facts, facts.measurements, facts.sex, facts.age) == ((), (), "", None)


def test_a_case_without_as_of_is_as_of_today(names: Names) -> None:
    today = datetime.date(2030, 1, 2)
    assert CaseReader(names, today).read({"findings": []}).as_of == today


def test_the_status_is_present_unless_stated_otherwise(reader: CaseReader) -> None:
    (fact,) = reader.read({"findings": [{"concept": "anemia"}]}).facts
    assert fact == Fact("findings", "Anemia", Status.PRESENT)


def test_the_same_facts_in_another_order_or_twice_are_equal(reader: CaseReader) -> None:
    one = {"findings": [{"concept": "anaemia"}, {"concept": "leukopenia"}]}
    other = {"findings": [{"concept": "leucopenia"}, {"concept": "ANEMIA"}, {"concept": "leukopenia"}]}
    assert reader.read(one) == reader.read(other)


# -- every error at once


def test_every_kind_of_error_in_a_case_is_reported_at_once_with_its_path(reader: CaseReader) -> None:
    found = problems(
        reader,
        {
            "sex": "woman",
            "age": 131,
            "diagnosis": [],
            "findings": [{"concept": "leukopnia"}, {"concept": ""}, "anaemia", {"concept": "anemia", "note": "mild"}],
            "history": {"concept": "breast cancer"},
            "diagnoses": [{"concept": "EPO"}, {"concept": "lymphoma", "status": "probable"}],
            "treatments": [{"concept": "epoetin", "started": "2026-01-05", "ended": "2025-12-01"}],
            "procedures": [{"concept": "gastrectomy", "date": "2026-02-11"}, {"concept": "gastrectomy", "date": "May"}],
            "intents": [{"concept": "epoetin"}],
            "measurements": [
                {"test": "Hb", "value": "low", "unit": "mg/dL", "flag": "+", "comparator": "about"},
                {"test": "Hbx", "value": True},
                {"test": "Hb", "value": -1, "unit": "g/dL", "reference_range": {"low": "12", "hi": 15}},
                {"test": "anaemia", "value": 1, "unit": "g/dL"},
            ],
            "record": {"complete": ["treatments", "everything"]},
        },
    )

    assert set(found) == {
        "$.sex",
        "$.age",
        "$.diagnosis",
        "$.findings[0].concept",
        "$.findings[1].concept",
        "$.findings[2]",
        "$.findings[3].note",
        "$.history",
        "$.diagnoses[0].concept",
        "$.diagnoses[1].status",
        "$.treatments[0].ended",
        "$.procedures[0].date",
        "$.procedures[1].date",
        "$.intents[0].concept",
        "$.measurements[0].value",
        "$.measurements[0].unit",
        "$.measurements[0].flag",
        "$.measurements[0].comparator",
        "$.measurements[1].test",
        "$.measurements[1].value",
        "$.measurements[1].unit",
        "$.measurements[2].value",
        "$.measurements[2].reference_range.low",
        "$.measurements[2].reference_range.hi",
        "$.measurements[3].test",
        "$.record.complete[1]",
    }
    assert found["$.findings[0].concept"].suggestions[0] == "Leukopenia"
    assert found["$.diagnosis"].suggestions == ("diagnoses",)
    assert found["$.diagnoses[0].concept"].suggestions == ("erythropoietin", "epoetin")
    assert found["$.measurements[1].test"].suggestions != ()


def test_every_problem_says_what_is_wrong_and_what_to_do(reader: CaseReader) -> None:
    problem = only_problem(reader, findings=[{"concept": "leukopnia"}])
    assert str(problem).startswith("$.findings[0].concept: unknown name 'leukopnia'. Did you mean 'Leukopenia'")
    assert problem.remedy != ""


@pytest.mark.parametrize("case", [None, [], "anaemia", 3, [{"findings": []}]])
def test_a_case_is_an_object(reader: CaseReader, case: Any) -> None:
    assert problems(reader, case)["$"].message == "a case is an object"


# -- numbers


@pytest.mark.parametrize("value", [True, False, "13", "13 g/dL", None, [], {}, float("nan"), float("inf"), 1.5])
def test_what_is_not_a_plain_number_is_refused_and_not_read_as_one(reader: CaseReader, value: Any) -> None:
    problem = only_problem(reader, measurements=[hemoglobin(value=value)])
    assert problem.where == "$.measurements[0].value"
    assert "is not a number" in problem.message


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_json_has_no_such_number(text: str) -> None:
    with pytest.raises(CaseError, match=f"{text} is not a number"):
        parse_json(f'{{"measurements": [{{"test": "Hb", "value": {text}}}]}}')


@pytest.mark.parametrize("text", [".nan", ".inf", "-.inf"])
def test_yaml_has_no_such_number_either(reader: CaseReader, text: str) -> None:
    problem = only_problem(reader, **parse_yaml(f"measurements: [{{test: Hb, value: {text}, unit: g/dL}}]"))
    assert "is not a number" in problem.message


@pytest.mark.parametrize("text", ["1e999999999", "1e400000", "1e15", "1e-400000"])
def test_a_number_beyond_every_laboratory_is_refused(reader: CaseReader, text: str) -> None:
    problem = only_problem(reader, measurements=[hemoglobin(value=parse_json(text))])
    assert problem.where == "$.measurements[0].value"
    assert "is no value of a laboratory" in problem.message


def test_a_negative_value_is_refused(reader: CaseReader) -> None:
    assert only_problem(reader, measurements=[hemoglobin(value=-1)]).message == "is negative"


@pytest.mark.parametrize("age", [-1, 131, "62", True, [62]])
def test_an_age_is_a_number_of_years(reader: CaseReader, age: Any) -> None:
    assert only_problem(reader, age=age).where == "$.age"


# -- units


def test_a_missing_unit_is_reported_beside_a_wrong_value(reader: CaseReader) -> None:
    found = problems(reader, {"measurements": [{"test": "Hb", "value": "low"}]})
    assert found["$.measurements[0].unit"].message == "is missing"
    assert "g/dL" in found["$.measurements[0].unit"].remedy
    assert set(found) == {"$.measurements[0].value", "$.measurements[0].unit"}


def test_a_missing_unit_is_reported_beside_an_unknown_test(reader: CaseReader) -> None:
    found = problems(reader, {"measurements": [{"test": "Hbx", "value": 1}]})
    assert set(found) == {"$.measurements[0].test", "$.measurements[0].unit"}


@pytest.mark.parametrize("unit", ["mg/dL", "G/L", 5, "", "  "])
def test_a_unit_that_does_not_fit_is_refused_with_those_that_do(reader: CaseReader, unit: Any) -> None:
    problem = only_problem(reader, measurements=[hemoglobin(unit=unit)])
    assert problem.where == "$.measurements[0].unit"
    assert problem.remedy == "Give one of: g/dL, g/L, mmol/L."


# -- dates


def test_a_date_after_as_of_is_refused(reader: CaseReader) -> None:
    problem = only_problem(reader, as_of="2026-02-10", measurements=[hemoglobin(date="2026-02-11")])
    assert str(problem).startswith("$.measurements[0].date: 2026-02-11 lies after as_of (2026-02-10)")


def test_a_date_on_as_of_is_taken(reader: CaseReader) -> None:
    (value,) = reader.read({"as_of": "2026-02-10", "measurements": [hemoglobin(date="2026-02-10")]}).measurements
    assert value.date == datetime.date(2026, 2, 10)


@pytest.mark.parametrize("date", ["10.02.2026", "2026-02-30", "yesterday", "", 20260210, True])
def test_a_date_that_is_none_is_refused(reader: CaseReader, date: Any) -> None:
    problem = only_problem(reader, procedures=[{"concept": "gastrectomy", "date": date}])
    assert problem.where == "$.procedures[0].date"
    assert "is not a date" in problem.message


def test_a_treatment_cannot_end_before_it_starts(reader: CaseReader) -> None:
    problem = only_problem(reader, treatments=[{"concept": "epoetin", "started": "2026-01-05", "ended": "2026-01-04"}])
    assert (problem.where, problem.message) == ("$.treatments[0].ended", "lies before started")


# -- reference ranges


@pytest.mark.parametrize("limits", [{"low": 155, "high": 120}, {"low": 0, "high": 0}])
def test_an_impossible_range_becomes_a_data_issue_and_is_not_used(reader: CaseReader, limits: dict[str, int]) -> None:
    facts = reader.read({"measurements": [hemoglobin(reference_range=limits)]})
    assert facts.measurements[0].range is None
    assert [(issue.kind, issue.concepts) for issue in facts.issues] == [("reference_range", ("Hemoglobin",))]
    assert f"{limits['low']} to {limits['high']} is not used" in facts.issues[0].message


def test_a_range_is_converted_with_its_value(reader: CaseReader) -> None:
    case = {"measurements": [hemoglobin(value=125, unit="g/L", reference_range={"low": 120})]}
    (value,) = reader.read(case).measurements
    assert value.range == ReferenceRange(Decimal(12), None)


@pytest.mark.parametrize("limits", ["120-155", [120, 155], 120])
def test_a_range_is_an_object(reader: CaseReader, limits: Any) -> None:
    problem = only_problem(reader, measurements=[hemoglobin(reference_range=limits)])
    assert problem.where == "$.measurements[0].reference_range"


# -- names and statuses


def test_absence_under_a_narrower_name_is_refused(reader: CaseReader) -> None:
    problem = only_problem(reader, diagnoses=[{"concept": "TNBC", "status": "absent"}])
    assert problem.where == "$.diagnoses[0].concept"
    assert problem.message.startswith("the name is narrower than Breast cancer")


def test_absence_under_a_narrower_outside_code_is_refused(reader: CaseReader) -> None:
    problem = only_problem(reader, diagnoses=[{"concept": "MONDO:0004989", "status": "absent"}])
    assert problem.message.startswith("the name is narrower than Breast cancer")


def test_presence_under_a_narrower_name_is_presence(reader: CaseReader) -> None:
    (fact,) = reader.read({"diagnoses": [{"concept": "TNBC"}]}).facts
    assert (fact.concept, fact.status) == ("BreastCancer", Status.PRESENT)


@pytest.mark.parametrize(
    ("list_name", "concept", "status"),
    [("findings", "anemia", "suspected"), ("treatments", "epoetin", "pending"), ("diagnoses", "mds", "pending")],
)
def test_only_diagnoses_are_suspected_and_only_results_pending(
    reader: CaseReader, list_name: str, concept: str, status: str
) -> None:
    problem = only_problem(reader, **{list_name: [{"concept": concept, "status": status}]})
    assert problem.where == f"$.{list_name}[0].status"


@pytest.mark.parametrize("concept", ["serum", "lifelong", "intrinsic factor"])
def test_what_is_no_fact_of_a_patient_cannot_be_stated(reader: CaseReader, concept: str) -> None:
    problem = only_problem(reader, findings=[{"concept": concept}])
    assert problem.message.endswith("cannot be stated here")


def test_a_concept_may_stand_in_whichever_list_a_user_puts_it(reader: CaseReader) -> None:
    (fact,) = reader.read({"findings": [{"concept": "breast cancer"}]}).facts
    assert (fact.list, fact.concept) == ("findings", "BreastCancer")


# -- syntax


@pytest.mark.parametrize("parse", [parse_json, parse_yaml])
def test_a_field_that_stands_twice_is_an_error(parse: Any) -> None:
    with pytest.raises(CaseError, match="'sex' stands twice in one object"):
        parse('{"sex": "female", "age": 62, "sex": "male"}')


@pytest.mark.parametrize("parse", [parse_json, parse_yaml])
def test_deep_nesting_is_an_error_and_no_crash(parse: Any) -> None:
    with pytest.raises(CaseError, match="nested too deeply"):
        parse("[" * 100_000 + "]" * 100_000 if parse is parse_json else "[" * 5_000 + "]" * 5_000)


def test_broken_json_is_reported_with_line_and_column() -> None:
    with pytest.raises(CaseError, match="line 2, column 9: is not JSON"):
        parse_json('{"age":\n     62 "sex"}')


def test_broken_yaml_is_reported_with_line_and_column() -> None:
    with pytest.raises(CaseError, match=r"line 2, column \d+: is not YAML"):
        parse_yaml("findings: [\n{concept: anemia}}")


def test_empty_json_is_an_error() -> None:
    with pytest.raises(CaseError, match="line 1, column 1: is not JSON"):
        parse_json("")


def test_empty_yaml_is_no_case(reader: CaseReader) -> None:
    assert problems(reader, parse_yaml(""))["$"].message == "a case is an object"
