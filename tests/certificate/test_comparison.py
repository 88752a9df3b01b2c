"""`warrant diff`: each change between two certificates, laid to the facts, the ontology or the program."""

from __future__ import annotations

import copy
import datetime
import json
import shutil
from pathlib import Path
from typing import Any, Final

import pytest

from certified import EXAMPLES, KEY, KNOWLEDGE, SMALL, TIME, example, file_of
from kg import render
from kg.certificate.comparison import Changed, Comparison, compared, side
from kg.certificate.envelope import sealed
from kg.certificate.statement import statement
from kg.commands.dispatch import main
from kg.knowledge import Knowledge
from kg.readers.case.parsing import parse_yaml
from kg.render.comparison import comparison_text

Json = Any
OFF: Final = "esa-asked-for-off-chemotherapy"


def between(before: Json, after: Json, old: Knowledge = KNOWLEDGE, new: Knowledge = KNOWLEDGE) -> Comparison:
    rows = ((before, old), (after, new))
    sides = [side(one["predicate"], at.base.modules, at.base.checker.files.axioms.keys()) for one, at in rows]
    return compared(*sides)


def certified(knowledge: Knowledge, case: Json) -> Json:
    assessment = knowledge.assess_case(case, datetime.date.max)
    answer = render.as_json(assessment, open_claims=False)
    return json.loads(json.dumps(statement(assessment, knowledge.engine, knowledge.base, answer, TIME)))


def case_of(name: str) -> Json:
    return parse_yaml(EXAMPLES[name].read_text(encoding="utf-8"))


def by_id(found: Comparison) -> dict[str, Changed]:
    return {one.id: one for one in found.changes}


def test_a_certificate_does_not_differ_from_itself() -> None:
    found = between(example(), example())
    assert (found.parts, found.changes) == ((), ())
    assert comparison_text(found) == "the two certificates say the same\n"


def test_another_fact_is_the_cause_of_what_rests_on_it() -> None:
    # Given a patient with running chemotherapy, when it is known not to run, then claims about it change by that fact
    case = case_of(SMALL)
    case["treatments"] = [{"concept": row["concept"], "status": "absent"} for row in case["treatments"]]
    found = between(example(), certified(KNOWLEDGE, case))
    assert found.parts == ("facts",)
    assert found.facts_gone
    assert found.facts_new
    turned = [one for one in found.changes if one.kind in ("conclusion", "outcome")]
    assert turned
    assert {cause.part for one in turned for cause in one.causes} == {"facts"}
    assert any("hemotherapy" in what for one in turned for cause in one.causes for what in cause.what)


@pytest.mark.long
def test_an_axiom_that_the_other_ontology_lacks_is_the_cause(tmp_path: Path) -> None:
    # Given an ontology in which a limit of 10 is one of 11, when a patient with 10.6 is certified by it, then the claim
    # that asks for more is gone, and the cause is the axiom with the old limit
    shutil.copytree(KNOWLEDGE.ontology.folder, tmp_path / "ontology")
    limits = tmp_path / "ontology" / "modules" / "thresholds.ttl"
    limits.write_text(limits.read_text(encoding="utf-8").replace("minExclusive 10.0", "minExclusive 11.0"), "utf-8")
    edited = Knowledge(tmp_path / "ontology")
    found = between(example(OFF), certified(edited, case_of(OFF)), new=edited)
    assert (found.parts, found.modules) == (("ontology",), ("thresholds.ttl",))
    gone = by_id(found)["A0-44"]
    assert gone.after is None or gone.after != "applicable"
    assert [cause.part for cause in gone.causes] == ["ontology"]
    assert all("[> 10.0]" in axiom for axiom in gone.causes[0].what)
    assert gone.causes[0].what


def test_another_program_is_the_cause_where_facts_and_ontology_are_the_same() -> None:
    other = copy.deepcopy(example())
    other["predicate"]["program"]["version"] = "9.9"
    other["predicate"]["outcomes"]["A0-44"] = "undetermined"
    found = between(example(), other)
    assert found.parts == ("program",)
    assert [cause.part for cause in by_id(found)["A0-44"].causes] == ["program"]


def test_the_command_compares_two_files_and_says_whose_signature_is_not_trusted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [file_of(tmp_path / f"{name}.json", sealed(example(name), KEY)) for name in (SMALL, "all-normal")]
    assert main(["diff", *map(str, paths), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["differs_in"] == ["facts"]
    assert found["changes"]
    assert all("is trusted" in note for note in found["notes"])
    paths[1].write_text("{}", encoding="utf-8")
    assert main(["diff", *map(str, paths)]) == 2
    assert "is no certificate" in capsys.readouterr().err
