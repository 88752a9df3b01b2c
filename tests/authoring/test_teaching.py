"""The teaching layer: its patients come out as its articles expect, and every answer with it begins with that."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

import pytest

from kg import render
from kg.ask import ask
from kg.authoring.layers import compile_layer, layer_names
from kg.authoring.sources import Sources
from kg.errors import AuthoringError, OntologyError
from kg.judges.expectations import expectation_problems, probe_problems
from kg.knowledge import Knowledge
from kg.ontology.compiled import DEFAULT_FOLDER, Ontology
from kg.ontology.layers import assembled, is_fictional
from kg.render import reply
from small_ontology import write_small_ontology

LAYER = DEFAULT_FOLDER / "teaching"
DAY = datetime.date(2026, 2, 10)


@pytest.fixture(scope="module")
def taught() -> Knowledge:
    return Knowledge(assembled(DEFAULT_FOLDER, ["teaching"]))


@pytest.fixture(scope="module")
def sources() -> Sources:
    return Sources.read(DEFAULT_FOLDER, LAYER)


def test_patients_come_out_as_the_articles_expect_and_formulas_as_their_examples(
    taught: Knowledge, sources: Sources
) -> None:
    assert sum(len(file.expectations) for _, file in sources.articles) >= 40
    assert sum(len(derived.examples) for derived in sources.thresholds.derived) >= 4
    assert list(expectation_problems(taught, sources)) == []


def test_probe_patients_are_assessed_and_shown(taught: Knowledge) -> None:
    shown: list[str] = []
    assert list(probe_problems(taught, lambda found: shown.append(render.as_text(found)))) == []
    assert len(shown) > 20
    assert all(text.startswith("Fictional ") for text in shown)


def test_every_answer_begins_with_fictional(taught: Knowledge) -> None:
    found = taught.assess_case({"findings": [{"concept": "high_potassium"}]}, DAY)
    assert render.as_json(found)["notice"].startswith("Fictional: ")
    assert render.as_markdown(found).splitlines()[2].startswith("- **Fictional:**")
    answer = ask(taught, "When is the HFE gene tested?", DAY)
    assert reply.reply_text(answer).startswith("Fictional\n")
    assert reply.reply_json(answer)["notice"].startswith("Fictional: ")


def test_no_product_imports_the_layer() -> None:
    texts = [
        (DEFAULT_FOLDER / name).read_text(encoding="utf-8") for name in ("warrant-reasoning.ttl", "catalog-v001.xml")
    ]
    assert not any("teaching" in text for text in texts)
    ontology = Ontology(DEFAULT_FOLDER)
    assert not is_fictional(ontology)
    assert not {"T1", "T2"} & ontology.articles.keys()
    assert layer_names(DEFAULT_FOLDER) == ("teaching",)


def test_the_passages_are_where_the_claims_say(sources: Sources) -> None:
    seen = 0
    for _, file in sources.articles:
        path = LAYER / "texts" / file.article.file
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert (len(text), hashlib.sha256(text.encode()).hexdigest()) == (file.article.length, file.article.digest)
            for entry in file.claims:
                places = [(entry.at, entry.digest), *((place.at, place.digest) for place in entry.also_at)]
                for (start, end), digest in places:
                    assert hashlib.sha256(text[start:end].encode()).hexdigest() == digest, entry.id
                    seen += 1
    assert seen >= 45


@pytest.mark.long
def test_the_committed_modules_of_the_layer_are_what_its_sources_compile_to() -> None:
    files = compile_layer(DEFAULT_FOLDER, "teaching")
    assert [path for path, text in files.items() if (LAYER / path).read_text(encoding="utf-8") != text] == []
    assert len(files) == 9


# -- layers of any ontology


def test_a_layer_adds_to_a_small_ontology_and_may_not_change_it(tmp_path: Path) -> None:
    folder = write_small_ontology(tmp_path)
    layer = folder / "more"
    (layer / "terms").mkdir(parents=True)
    term = "- {name: SplitNail, code: split_nail, kind: finding, label: Split nail, definition: A nail that is split.}"
    (layer / "terms" / "more.yaml").write_text(f"terms:\n{term}\n", encoding="utf-8")
    added = compile_layer(folder, "more")
    assert ":SplitNail" in added["modules/more-hematology.ttl"]
    assert ":BlueNail a" not in added["modules/more-hematology.ttl"]

    twin = "{name: MaybeBlueNail, of: BlueNail, label: Maybe blue, definition: Maybe., reason: reading, source: tree}"
    (layer / "thresholds.yaml").write_text(f"possible: [{twin}]\n", encoding="utf-8")
    with pytest.raises(AuthoringError, match="A layer may only add"):
        compile_layer(folder, "more")


def test_a_layer_that_is_not_there_is_named() -> None:
    with pytest.raises(OntologyError, match="there is no compiled layer 'feet'"):
        assembled(DEFAULT_FOLDER, ["feet"])
