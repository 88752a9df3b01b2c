"""Questions about medicine: claims of every example, and what every answer must hold.

The examples stand in tests/questions/questions; what is expected of them was chosen from the list of claims before any
output was seen. Ranking is statistical: examples are counted, and what must hold of every answer is asserted of each.
"""

from __future__ import annotations

import datetime
import shutil
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
import pytest
import yaml

from faithful import added
from kg.ask import ask
from kg.errors import AuthoringError
from kg.knowledge import Knowledge
from kg.ontology.compiled import DEFAULT_FOLDER, Ontology
from kg.questions import Answer
from kg.questions.answer import ClaimRole
from kg.questions.language import FILE, read_language
from kg.readers.text import TextKind
from kg.render import contract_answers
from kg.store.dataset import open_kept
from kg.store.queries import plain

FOLDER: Final = Path(__file__).parent / "questions"
DAY: Final = datetime.date(2026, 2, 10)
FIELDS: Final = {"ask", "concepts", "includes", "never", "covered"}
CASES: Final[list[dict[str, Any]]] = [
    case for path in sorted(FOLDER.glob("*.yaml")) for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]
KNOWLEDGE: Final = Knowledge()
ANSWERED: Final = 0.86
DECLINED: Final = 0.60


@cache
def answered(question: str) -> Answer:
    """The answer through the door that users have."""
    reply = ask(KNOWLEDGE, question, DAY)
    assert reply.answer is not None
    return reply.answer


def test_the_collector_found_every_example() -> None:
    claims = set(KNOWLEDGE.ontology.claims)
    named = {name for case in CASES for key in ("includes", "never") for name in case.get(key, ())}

    assert len(CASES) >= 140
    assert len({case["ask"] for case in CASES}) == len(CASES)
    assert sum(case.get("covered") is False for case in CASES) >= 50
    assert all(set(case) <= FIELDS and len(case) > 1 for case in CASES)
    assert named <= claims


@pytest.mark.long
def test_examples_are_answered_with_the_claims_that_the_list_calls_for() -> None:
    cases = [case for case in CASES if case.get("covered", True)]
    missed = [case["ask"] for case in cases if not _is_full(case)]

    assert len(cases) >= 90
    assert 1 - len(missed) / len(cases) >= ANSWERED, missed


def _is_full(case: dict[str, Any]) -> bool:
    shown = set(answered(case["ask"]).ids())
    return bool(shown) and set(case.get("includes", ())) <= shown and not set(case.get("never", ())) & shown


@pytest.mark.long
def test_examples_that_no_claim_answers_are_declined() -> None:
    cases = [case for case in CASES if case.get("covered") is False]
    shown = [case["ask"] for case in cases if answered(case["ask"]).covered]

    assert 1 - len(shown) / len(cases) >= DECLINED, shown


# -- what every answer must hold


def test_the_query_of_an_answer_runs_as_it_stands_and_gives_exactly_the_claims_shown() -> None:
    store = open_kept()
    for case in CASES:
        answer = answered(case["ask"])
        if not answer.covered:
            assert answer.sparql == ""
            continue
        rows = store.query(answer.sparql)
        assert isinstance(rows, ox.QuerySolutions)
        found = {plain(row["claim"]).removeprefix("claim/") for row in rows}
        assert set(answer.ids()) == found, case["ask"]


def test_every_answer_has_the_form_of_the_contract() -> None:
    for case in CASES:
        answer = answered(case["ask"])
        data = answer.to_json(KNOWLEDGE.ontology.codes)
        assert contract_answers.AnswerModel.model_validate(data).covered == answer.covered
        assert len(data["claims"]) <= 8
        assert 1 <= len(data["sentences"]) <= 3


def test_no_sentence_of_an_answer_adds_anything_to_its_claims() -> None:
    claims, stages = KNOWLEDGE.ontology.claims, KNOWLEDGE.asker.stages
    sentences = [s for case in CASES for a in (answered(case["ask"]),) if a.covered for s in a.sentences]

    assert len(sentences) >= 150
    for sentence in sentences:
        assert sentence.claims
        behind = [claims[name] for name in sentence.claims]
        assert not list(added(sentence.text, behind, stages.listener.names, stages.language)), sentence


def test_the_checker_sees_what_a_sentence_adds() -> None:
    claim, stages = KNOWLEDGE.ontology.claims["A4-17"], KNOWLEDGE.asker.stages
    wrong = claim.sentence.replace("6.2", "7.2").replace("have", "must not have")

    found = list(added(wrong, [claim], stages.listener.names, stages.language))

    assert found == ["figure 7.2", "negation not", "modal must"]


def test_an_answer_has_claims_or_says_why_it_has_none() -> None:
    for case in CASES:
        answer = answered(case["ask"])
        assert bool(answer.claims) == answer.covered == bool(answer.ids())
        assert not (answer.covered and answer.related)
        assert ("The articles do not cover this: " in answer.notice) != answer.covered


def test_no_odds_ratio_is_shown_without_the_word_that_it_is_no_probability() -> None:
    shown = [item for case in CASES for item in (*answered(case["ask"]).claims, *answered(case["ask"]).related)]
    ratios = [item for item in shown if any(effect.measure == "odds ratio" for effect in item.claim.effects)]

    assert len(ratios) >= 20
    assert all("neither a probability nor a personal risk" in item.note for item in ratios)


def test_no_dose_is_shown_without_its_substance() -> None:
    shown = [item for case in CASES for item in answered(case["ask"]).claims if item.claim.regimen]

    assert len(shown) >= 10
    for item in shown:
        assert all(KNOWLEDGE.ontology.label(phase.substance) in item.note for phase in item.claim.regimen)


# -- single behaviours


def test_what_is_asked_of_a_named_article_comes_from_that_article() -> None:
    answer = answered("When was the pancytopenia article last updated?")
    assert answer.ids()[0] == "A1-06"


def test_all_claims_of_a_step_are_found_by_a_set_operation() -> None:
    answer = answered("How many tests does step 2 of the pancytopenia algorithm list?")
    assert answer.ids() == ("A1-39",)
    assert [value.text for value in answer.values if value.kind == "count"] == ["2"]
    assert ":step 2" in answer.sparql


def test_a_figure_that_is_not_printed_is_named_as_the_reason() -> None:
    answer = answered("What MCV in femtolitres counts as macrocytosis?")
    assert not answer.covered
    assert "No limit or level is printed there for Mean corpuscular volume" in answer.text
    assert "Look in the reference intervals of the laboratory" in answer.notice
    assert answer.related


def test_only_words_that_name_things_are_given_as_the_reason() -> None:
    answer = answered("Which laptop charger fits a marimba?")
    assert not answer.covered
    assert "charger" in answer.text or "marimba" in answer.text
    assert "fits" not in answer.text


@pytest.mark.parametrize(
    ("polite", "plain"),
    [
        ("Hello, could you please tell me what a clonal disease is? Thanks!", "what a clonal disease is?!"),
        ("What, um, is the odds ratio, please?", "What, is the odds ratio?"),
        ("Which tests, if I may ask, are in step 1 ?", "Which tests, are in step 1?"),
        ("Please.", "Please."),
    ],
)
def test_politeness_and_filler_are_taken_away_first(polite: str, plain: str) -> None:
    assert KNOWLEDGE.asker.stages.listener.courtesy(polite) == plain


@pytest.mark.parametrize(
    ("question", "claims", "pattern"),
    [
        ("Which odds ratios belong to diseases other than cancer?", {"A4-25", "A4-27"}, "FILTER NOT EXISTS"),
        ("Where do the articles disagree about the marrow biopsy?", {"A0-58", "A4-41"}, ":doubtWith"),
        ("How many pitfalls does the pancytopenia article list?", {"A1-59", "A1-66"}, ":warnsOfPitfall"),
    ],
)
def test_sets_of_claims_come_from_set_operations_on_the_graph(question: str, claims: set[str], pattern: str) -> None:
    answer = answered(question)
    assert claims <= set(answer.ids())
    assert pattern in answer.sparql


def test_a_question_of_one_thing_is_answered_in_fewer_claims_than_one_of_several() -> None:
    models = KNOWLEDGE.asker.models
    assert (models.single.fewest, models.single.gap) < (models.several.fewest, models.several.gap)
    assert KNOWLEDGE.asker.trace("Which pitfalls are there, and what is compared with what?").asked.several
    assert not KNOWLEDGE.asker.trace("Why is B12 measured again?").asked.several


def test_a_misspelt_word_is_read_as_the_one_that_is_meant_and_the_answer_says_so() -> None:
    right, wrong = (
        answered("When are ESAs contraindicated in cancer?"),
        answered("When are ESAs contraindcated in cancer?"),
    )

    assert right.ids() == wrong.ids()
    assert "Read “contraindcated” as “contraindicated”." in wrong.notice


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("Should the marrow biopsy be delayed for lighter tests when cancer is strongly suspected?", "no"),
        ("Is the platelet price in Norway rising?", "not_stated"),
        ("Which levels are followed in functional iron deficiency?", None),
    ],
)
def test_a_verdict_is_given_where_the_question_asks_for_one(question: str, verdict: str | None) -> None:
    assert answered(question).to_json(KNOWLEDGE.ontology.codes)["verdict"] == verdict


def test_what_qualifies_the_best_claim_is_marked_so() -> None:
    answer = answered("Should ESAs be avoided in cancer altogether?")
    assert set(answer.ids(ClaimRole.QUALIFIES)) & {"A0-52", "A0-53", "A0-54"}


def test_the_reasons_of_a_ranking_add_up_to_its_log_odds() -> None:
    asker = KNOWLEDGE.asker
    trace = asker.trace("What can hide large red cells?")
    for item in trace.decision.near:
        reasons = trace.reasons(asker.models)[item.id]
        assert sum(reasons.values()) + asker.models.claims.bias == pytest.approx(item.log_odds, abs=1.5)


def test_features_stand_beside_each_claim_on_demand_only() -> None:
    question = "What can hide large red cells?"
    without, found = KNOWLEDGE.asker.answer(question), KNOWLEDGE.asker.answer(question, with_features=True)
    assert "features" not in without.to_json(KNOWLEDGE.ontology.codes)["claims"][0]
    features = found.to_json(KNOWLEDGE.ontology.codes)["claims"][0]["features"]
    assert set(features) == set(KNOWLEDGE.asker.models.claims.weights)
    assert found.ids() == without.ids()


# -- the file that says how people ask


def test_what_is_wrong_in_the_file_is_said_by_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "ontology"
    shutil.copytree(DEFAULT_FOLDER, folder)
    text = (folder / FILE).read_text(encoding="utf-8")
    (folder / FILE).write_text(text.replace("  telling: [dose, dosage", "  tellin: [dose, dosage"), encoding="utf-8")
    with pytest.raises(AuthoringError) as error:
        read_language(Ontology(folder))
    assert [problem.where.rpartition(".")[2] for problem in error.value.problems] == ["tellin"]


def test_a_predicate_that_the_ontology_lacks_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "ontology"
    shutil.copytree(DEFAULT_FOLDER, folder)
    text = (folder / FILE).read_text(encoding="utf-8")
    (folder / FILE).write_text(text.replace("predicates: [suggests, mayIndicate]", "predicates: [ordersAnything]"))
    with pytest.raises(AuthoringError, match="ordersAnything"):
        read_language(Ontology(folder))


# -- case or question


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("What does a raised B12 mean in a woman with anaemia?", TextKind.QUESTION),
        ("Somebody with lymphoma and a high B12: is it the lymphoma?", TextKind.QUESTION),
        ("May a patient with MDS be given an ESA?", TextKind.QUESTION),
        ("I teach nurses. How is pancytopenia worked up?", TextKind.QUESTION),
        ("My colleague claims that B12 feeds cancer. True?", TextKind.QUESTION),
        ("71 M, Hb 84 g/L, plt 31, B12 1600 ng/L", TextKind.CASE),
        ("My wife has lymphoma and takes B12 tablets.", TextKind.CASE),
        ("She is 66 and had a gastrectomy in 2015.", TextKind.CASE),
        ("Pancytopenia, low iron, normal TIBC, very high B12.", TextKind.CASE),
        ("My aunt has MDS. What response rates are printed for ESAs?", TextKind.BOTH),
        ("Hb 81, MDS. How is non-response to an ESA defined?", TextKind.BOTH),
    ],
)
def test_a_text_is_a_case_when_it_asserts_something_of_one_person(text: str, kind: TextKind) -> None:
    assert ask(KNOWLEDGE, text, DAY).reading.kind is kind
