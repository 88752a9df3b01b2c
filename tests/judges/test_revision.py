"""`warrant diff` of two ontologies: a mutation is reported with who concludes otherwise, a cosmetic edit is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.authoring.compiler import write
from kg.commands.dispatch import main
from kg.judges.revision import revised
from kg.knowledge import Knowledge
from small_ontology import write_small_ontology

ARTICLE, NUMBERS = "articles/nails.yaml", "thresholds.yaml"
SITUATION = "hasFinding some BlueNail and hasCurrentMeasurement some LumenAbove50"


def ontology(folder: Path, file: str = "", old: str = "", new: str = "") -> Knowledge:
    folder.mkdir()
    path = write_small_ontology(folder) / (file or ARTICLE)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    write(folder)
    return Knowledge(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        (NUMBERS, "bound: '>', value: '50'", "bound: '>', value: '51'", "LumenAbove50"),
        (NUMBERS, "bound: '>', value: '50'", "bound: '>=', value: '50'", "LumenAbove50"),
        (ARTICLE, SITUATION, SITUATION.replace(" and ", " or "), "N1-01"),
        (ARTICLE, SITUATION, "not hasFinding some BlueNail and hasCurrentMeasurement some LumenAbove50", "N1-01"),
        (ARTICLE, SITUATION, "hasFinding some DeepBlueNail and hasCurrentMeasurement some LumenAbove50", "N1-01"),
        (ARTICLE, "{recommends: [LampTest]}", "{doesNotIndicate: [LampTest]}", "N1-02"),
        (ARTICLE, "{contraindicates: [Polish]}", "{contraindicates: [RedPolish]}", "N1-03"),
    ],
)
def test_a_mutation_is_reported_with_patients_who_conclude_otherwise(
    tmp_path: Path, file: str, old: str, new: str, named: str
) -> None:
    found = revised(ontology(tmp_path / "old"), ontology(tmp_path / "new", file, old, new))
    assert named in {*(one.claim for one in found.claims), *found.numbers}
    assert found.patients
    assert any(patient.lost or patient.gained for patient in found.patients)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (ARTICLE, "situations:\n", "# a remark\nsituations:\n"),
        (ARTICLE, SITUATION, "hasCurrentMeasurement some LumenAbove50 and hasFinding some BlueNail"),
        (NUMBERS, "value: '50'", "value: '50.0'"),
    ],
)
def test_a_cosmetic_edit_is_none(tmp_path: Path, file: str, old: str, new: str) -> None:
    before, after = ontology(tmp_path / "old"), ontology(tmp_path / "new", file, old, new)
    found = revised(before, after)
    assert found.empty, found


def test_the_command_tells_folders_from_certificates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ontology(tmp_path / "old")
    ontology(tmp_path / "new", ARTICLE, "{recommends: [LampTest]}", "{considers: [LampTest]}")
    assert main(["diff", str(tmp_path / "old"), str(tmp_path / "old"), "--format", "text"]) == 0
    assert capsys.readouterr().out.startswith("no difference; ")
    assert main(["diff", str(tmp_path / "old"), str(tmp_path / "new"), "--format", "text"]) == 1
    assert "claim N1-02 changed\n  concludes: recommends LampTest -> considers LampTest" in capsys.readouterr().out
