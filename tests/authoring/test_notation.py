"""Each construct of the notation: whom it fires for, whom it just does not, what contradicts it, what is missing."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any, Final

import pytest

from kg.authoring.compiler import write
from kg.knowledge import Knowledge
from small_ontology import write_small_ontology

DAY: Final = datetime.date(2026, 2, 10)
SITUATION: Final = "  situation: hasFinding some GlowingNail\n  concludes: {recommends"
BLUE: Final = {"findings": [{"concept": "blue_nail"}]}
GLOW: Final = {"diagnoses": [{"concept": "glowing_nail"}]}
NO_GLOW: Final = {"diagnoses": [{"concept": "glowing_nail", "status": "absent"}]}
POLISH: Final = {"treatments": [{"concept": "polish"}]}
Case = dict[str, Any]


def lumen(value: int, date: str = "2026-02-10") -> Case:
    return {"test": "lumen", "value": value, "unit": "mg/L", "date": date}


def with_situation(folder: Path, situation: str) -> Knowledge:
    """The small ontology with another condition of claim N1-02."""
    path = write_small_ontology(folder) / "articles" / "nails.yaml"
    text = path.read_text(encoding="utf-8")
    assert SITUATION in text
    path.write_text(text.replace(SITUATION, SITUATION.replace("hasFinding some GlowingNail", situation)))
    write(folder)
    return Knowledge(folder)


TWO: Final = "2 of (hasFinding some BlueNail, receives some Polish, hasCurrentMeasurement some LumenAbove50)"


@pytest.mark.parametrize(
    ("situation", "fires", "just_not", "contradicted"),
    [
        ("FemalePatient and hasFinding some BlueNail", {**BLUE, "sex": "female"}, BLUE, {**BLUE, "sex": "male"}),
        ("not hasFinding some GlowingNail", NO_GLOW, BLUE, GLOW),
        ("hasFinding some BlueNail unless receives some Polish",
         {**BLUE, "treatments": [{"concept": "polish", "status": "absent"}]}, BLUE, {**BLUE, **POLISH}),
        ("not hasFinding some HighLumen", {"measurements": [{**lumen(9), "flag": "L"}]}, BLUE,
         {"measurements": [{**lumen(60), "flag": "H"}]}),
        (TWO, {**BLUE, **POLISH}, BLUE,
         {"findings": [{"concept": "blue_nail", "status": "absent"}], "measurements": [lumen(5)]}),
        ("hasUndergone some NailRemoval", {"procedures": [{"concept": "nail_removal"}]}, BLUE,
         {"procedures": [{"concept": "nail_removal", "status": "absent"}]}),
        ("hasDiagnosis some GlowingNail", GLOW, BLUE, NO_GLOW),
        ("hasResult some LampReport", {"results": [{"concept": "lamp_report"}]},
         {"results": [{"concept": "lamp_report", "status": "pending"}]}, BLUE),
        ("awaits some LampReport", {"results": [{"concept": "lamp_report", "status": "pending"}]}, BLUE, None),
        ("hasPriorMeasurement some LumenAbove50", {"measurements": [lumen(60, "2026-01-01"), lumen(9)]},
         {"measurements": [lumen(60)]}, None),
        ("hasMeasurement min 2 LumenAbove50", {"measurements": [lumen(60, "2026-01-01"), lumen(70)]},
         {"measurements": [lumen(60), lumen(9, "2026-01-01")]}, None),
        ("PatientWithDarkNail", {"measurements": [lumen(9)]}, BLUE, {"measurements": [lumen(10)]}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_construct_fires_just_does_not_and_is_contradicted(
    tmp_path: Path, situation: str, fires: Case, just_not: Case, contradicted: Case | None
) -> None:
    knowledge = with_situation(tmp_path, situation)

    def outcome(case: Case) -> str:
        return str(knowledge.assess_case(case, DAY).outcomes.by_claim["N1-02"].outcome)

    assert outcome(fires) == "applicable"
    assert outcome(just_not) in ("undetermined", "excluded")
    assert contradicted is None or outcome(contradicted) == "excluded"


def test_what_is_missing_of_an_exception_is_its_absence_and_of_a_population_the_sex(tmp_path: Path) -> None:
    knowledge = with_situation(tmp_path, "FemalePatient and hasFinding some BlueNail unless receives some Polish")
    open_claim = knowledge.assess_case(BLUE, DAY).outcomes.by_claim["N1-02"]
    (facts,) = open_claim.missing
    assert [fact.fragment(knowledge.ontology.codes) for fact in facts] == [
        {"list": "sex", "entry": {"sex": "female"}},
        {"list": "treatments", "entry": {"concept": "polish", "status": "absent"}},
    ]


def test_an_exception_may_be_a_claim_with_an_exception_of_its_own(tmp_path: Path) -> None:
    path = write_small_ontology(tmp_path) / "articles" / "nails.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "  strength: suggests\n", "  unless: [hasHistoryOf some NailRemoval]\n"
    )
    path.write_text(text.replace("  concludes: {recommends", "  unless: [N1-01]\n  concludes: {recommends"))
    write(tmp_path)
    knowledge = Knowledge(tmp_path)
    known = {**BLUE, **GLOW, "measurements": [lumen(60)]}

    def outcome(case: Case) -> str:
        return str(knowledge.assess_case(case, DAY).outcomes.by_claim["N1-02"].outcome)

    assert outcome({**known, "history": [{"concept": "nail_removal", "status": "absent"}]}) == "excluded"
    assert outcome({**known, "procedures": [{"concept": "nail_removal"}]}) == "applicable"
    assert outcome(known) == "undetermined"


def test_exceptions_that_go_in_a_circle_are_named(tmp_path: Path) -> None:
    path = write_small_ontology(tmp_path) / "articles" / "nails.yaml"
    text = path.read_text(encoding="utf-8").replace("  strength: suggests\n", "  unless: [N1-02]\n")
    path.write_text(text.replace("  concludes: {recommends", "  unless: [N1-01]\n  concludes: {recommends"))
    with pytest.raises(Exception, match="N1-01: unless: goes in a circle: N1-01 -> N1-02 -> N1-01"):
        write(tmp_path)


def test_a_warning_with_an_exception_is_a_precaution_while_the_exception_is_open(tmp_path: Path) -> None:
    path = write_small_ontology(tmp_path) / "articles" / "nails.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  exceptions: [hasHist", "  unless: [hasHist"))
    write(tmp_path)
    found = Knowledge(tmp_path).assess_case({**GLOW, "age": 40}, DAY)
    assert [(item.concept, str(item.basis)) for item in found.lists["contraindications"]] == [
        ("Polish", "precautionary")
    ]
