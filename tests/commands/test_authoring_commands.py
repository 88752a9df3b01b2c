"""The commands for authors, over the small ontology and the teaching texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest
import yaml

from kg.authoring.claim_schema import ArticleFile
from kg.authoring.compiler import write
from kg.commands.dispatch import main
from kg.ontology.compiled import DEFAULT_FOLDER
from small_ontology import TEXT, write_small_ontology

FERRITIN: Final = DEFAULT_FOLDER / "teaching" / "texts" / "teaching-high-ferritin.txt"
Output = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(write_small_ontology(tmp_path))
    (tmp_path / "nails.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


def test_a_draft_has_a_stub_for_each_sentence_with_its_place_and_markers(capsys: Output) -> None:
    assert main(["new-article", str(FERRITIN), "--id", "X1", "--slug", "x1"]) == 0
    said = capsys.readouterr().out
    draft = ArticleFile.model_validate(yaml.safe_load(said))
    text = FERRITIN.read_text(encoding="utf-8")
    assert "A FIB-4 below 1.3 speaks against advanced fibrosis." in [text[slice(*one.at)] for one in draft.claims]
    assert [item.position for item in draft.article.references] == [1, 2]
    assert [(marker.number, marker.state) for marker in draft.article.markers] == [(1, "resolved"), (2, "resolved")]
    assert {entry.section for entry in draft.claims} >= {"Treatment", "What to do", "Head"}
    assert "words stand in a stub" in said.splitlines()[-1]


def test_an_anchor_is_printed_as_the_article_file_has_it(folder: Path, capsys: Output) -> None:
    assert main(["anchor", str(folder / "nails.txt"), "Blueness of the nail means glowing."]) == 0
    assert capsys.readouterr().out.startswith("at: [0, 35]\ndigest: ")


def test_a_new_version_of_a_text_is_compared_claim_by_claim(folder: Path, capsys: Output) -> None:
    new = folder / "new.txt"
    new.write_text("Preface.\n" + TEXT.replace("Never polish", "Do not polish"), encoding="utf-8")
    assert main(["reanchor", str(folder / "articles" / "nails.yaml"), str(folder / "nails.txt"), str(new)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("N1-01: moved: at: [9, 44] digest: ")
    assert lines[2].startswith("N1-03: changed: at: [79, ")
    assert lines[-1] == "0 unchanged, 2 moved, 1 changed, 0 gone"


def test_the_linter_names_what_compiles_and_is_not_as_it_should_be(folder: Path, capsys: Output) -> None:
    assert main(["lint", "--ontology", str(folder)]) == 1
    said = capsys.readouterr().out
    assert "nails.yaml: N1-01: asks: is empty: nobody finds the claim by a question. Write questions." in said
    assert "thresholds.yaml: LumenRising: name: no condition names it. Remove it, or use it." in said


def test_a_preview_shows_axioms_and_patients_at_the_edge(folder: Path, capsys: Output) -> None:
    (folder / "examples").mkdir()
    assert main(["preview", "N1-02", "--ontology", str(folder)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["readings"][0]["holds_of"] == "hasFinding some GlowingNail"
    assert "SubClassOf claimApplies value claim/N1-02" in found["readings"][0]["axioms"][0]
    assert {"met", "one fact short"} <= set(found["edge"])
    assert main(["preview", "N1-99", "--ontology", str(folder)]) == 2


def test_short_entries_of_a_list_of_references_are_no_headings(tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "joints.txt"
    path.write_text("Joints\n\nA red joint is hot [2].\n\nReferences\n1. Heat\n2. Redness and heat\n", encoding="utf-8")
    assert main(["new-article", str(path), "--id", "X2"]) == 0
    draft = ArticleFile.model_validate(yaml.safe_load(capsys.readouterr().out))
    assert [item.title for item in draft.article.references] == ["Heat", "Redness and heat"]
    assert [(one.number, one.state, one.reference) for one in draft.article.markers] == [(2, "resolved", 2)]
