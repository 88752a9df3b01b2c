"""Questions about medicine: intent, concepts and claims of every example, and what every answer must hold.

The examples stand in tests/questions/questions; what is expected of them was chosen from the list of claims before any
output was seen.
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

from kg.ask import ask
from kg.errors import AuthoringError
from kg.knowledge import Knowledge
from kg.ontology.compiled import DEFAULT_FOLDER, Ontology
from kg.questions import Answer
from kg.questions.question_language import FILE, read_customs
from kg.readers.text import Kind
from kg.render import contract
from kg.store.queries import plain

FOLDER: Final = Path(__file__).parent / "questions"
DAY: Final = datetime.date(2026, 2, 10)
FIELDS: Final = {
    "ask", "intent", "concepts", "answers", "includes", "beside", "never", "covered", "related", "article",
}  # fmt: skip
CASES: Final[list[dict[str, Any]]] = [
    case for path in sorted(FOLDER.glob("*.yaml")) for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]
KNOWLEDGE: Final = Knowledge()


@cache
def answered(question: str) -> Answer:
    """The answer through the door that users have."""
    reply = ask(KNOWLEDGE, question, DAY)
    assert reply.reading.kind is Kind.QUESTION
    assert reply.answer is not None
    return reply.answer


def ids(items: Any) -> list[str]:
    return [item.claim.id for item in items]


def test_the_collector_found_every_example() -> None:
    claims = set(KNOWLEDGE.ontology.claims)
    named = {
        name
        for case in CASES
        for key in ("answers", "includes", "beside", "never", "related")
        for name in case.get(key, ())
    }

    assert len(CASES) >= 140
    assert len({case["ask"] for case in CASES}) == len(CASES)
    assert sum(case.get("covered") is False for case in CASES) >= 50
    assert all(set(case) <= FIELDS and len(case) > 1 for case in CASES)
    assert named <= claims


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["ask"]))
def test_an_example_is_answered_as_the_list_of_claims_calls_for(case: dict[str, Any]) -> None:
    # when the question is asked
    answer = answered(case["ask"])

    # then it is understood as expected
    codes = KNOWLEDGE.ontology.codes
    assert answer.intent == case.get("intent", answer.intent)
    assert {codes[name] for name in answer.concepts} >= set(case.get("concepts", ()))

    # and the claims are those that answer it, or there are none and the nearest are named
    shown = ids(answer.claims)
    assert answer.covered == case.get("covered", True), shown or answer.notice
    assert set(answer.ids()) == set(case.get("answers", answer.ids()))
    assert set(case.get("includes", ())) <= set(answer.ids())
    assert set(case.get("beside", ())) <= set(answer.ids("qualifies"))
    assert not set(case.get("never", ())) & set(shown)
    assert set(case.get("related", ())) <= set(ids(answer.related))
    if "article" in case:
        assert set(answer.ids()) == set(medical(case["article"]))


def medical(article: str) -> list[str]:
    """All that an article says but of itself."""
    claims = KNOWLEDGE.ontology.claims.values()
    return [c.id for c in claims if c.article == article and c.kind not in ("governance", "reference")]


# -- what every answer must hold


def test_the_query_of_an_answer_runs_as_it_stands_and_gives_the_claims_that_answer() -> None:
    for case in CASES:
        answer = answered(case["ask"])
        rows = KNOWLEDGE.asker.searcher.store(answer.sparql)  # type: ignore[operator]
        assert isinstance(rows, ox.QuerySolutions)
        found = {plain(row[0]).removeprefix("claim/") for row in rows}
        assert set(answer.ids()) == (found if answer.covered else set()), case["ask"]


def test_every_answer_has_the_form_of_the_contract() -> None:
    for case in CASES:
        answer = answered(case["ask"])
        data = answer.to_json(KNOWLEDGE.ontology.codes)
        assert contract.Answer.model_validate(data).covered == answer.covered
        assert data["question"] == case["ask"]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Does imatinib lower B12?", "“imatinib” has no entry of its own and was read as Cancer treatment."),
        ("What is the dose of Eprex?", "“Eprex” has no entry of its own and was read as Epoetin."),
        ("How is iron defficiency treated?", "Read “defficiency” as “deficiency”."),
    ],
)
def test_an_answer_says_which_names_it_read_as_something_else(question: str, said: str) -> None:
    assert answered(question).notice.startswith(said)


def test_an_answer_has_claims_or_says_why_it_has_none() -> None:
    for case in CASES:
        answer = answered(case["ask"])
        assert bool(answer.claims) == answer.covered == bool(answer.ids())
        assert not (answer.covered and answer.related)
        assert ("The articles do not cover this: " in answer.notice) != answer.covered


def test_no_odds_ratio_is_shown_without_the_word_that_it_is_no_probability() -> None:
    shown = [item for case in CASES for item in (*answered(case["ask"]).claims, *answered(case["ask"]).related)]
    ratios = [item for item in shown if any(effect.measure == "odds ratio" for effect in item.claim.effects)]

    assert len(ratios) >= 50
    for item in ratios:
        assert "neither a probability nor a personal risk" in item.note
        assert all(effect.interval == "not stated" for effect in item.claim.effects)


def test_no_dose_is_shown_without_its_substance() -> None:
    shown = [item for case in CASES for item in (*answered(case["ask"]).claims, *answered(case["ask"]).related)]
    doses = [item for item in shown if item.claim.regimen]

    assert len(doses) >= 20
    for item in doses:
        assert all(KNOWLEDGE.ontology.label(phase.substance) in item.note for phase in item.claim.regimen)


def test_an_answer_tells_how_far_its_citations_lead() -> None:
    assert (
        "1 with a marker matched to the list of references by its position"
        in answered("What dose of epoetin is given in low-risk MDS?").notice
    )
    assert (
        "2 with markers that lead to no listed source"
        in answered("What is the odds ratio for liver metastases when B12 is high?").notice
    )
    assert "without a marker" in answered("Which B12 level counts as elevated in cancer patients?").notice


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("What is reference 4 of the breast cancer article?", "article A0 lists 3 references (asked: 4)"),
        ("Which references does the pancytopenia article list?", "article A1 lists no references"),
        ("Which reference supports the odds ratio for lymphoma?", "no claim about it has a marker that leads"),
        ("What are the side effects of hydroxocobalamin?", "no claim of theirs states: side effects"),
        ("Do statins raise B12?", "they say nothing of “statins”"),
        ("Tell me about cancer", "the question does not say what it asks of Malignancy"),
        ("What is the dose of darbepoetin?", "no claim of theirs answers it (asked: dose; about: Darbepoetin)"),
    ],
)
def test_a_question_is_declined_with_the_reason(question: str, reason: str) -> None:
    assert reason in answered(question).notice


def test_a_misspelt_word_is_read_as_the_one_that_is_meant_and_the_answer_says_so() -> None:
    right, wrong = (
        answered("When are ESAs contraindicated in cancer?"),
        answered("When are ESAs contraindcated in cancer?"),
    )

    assert right.ids() == wrong.ids()
    assert "Read “contraindcated” as “contraindicated”." in wrong.notice
    assert "Read " not in right.notice


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("What is the haemoglobin threshold for an ESA?", "What is the hemoglobin threshold for an ESA?"),
        ("Does vitamin B12 feed a tumour?", "Does vitamin B12 feed a tumor?"),
        ("Can MCV alone exclude megaloblastic anaemia?", "Can MCV alone exclude megaloblastic anemia?"),
        ("Who should be referred to haematology?", "Who should be referred to hematology?"),
    ],
)
def test_british_and_american_spelling_get_the_same_answer(british: str, american: str) -> None:
    assert answered(british).ids() == answered(american).ids() != ()


def test_the_plan_of_an_article_is_in_the_order_of_a_plan() -> None:
    """What it is, what it means, what to exclude first, step by step, then treatment, what not to do, follow-up."""
    plan = answered("How to manage high vitamin B12 levels in cancer patients?").ids()

    assert set(plan) == set(medical("A4"))
    order = ["A4-11", "A4-07", "A4-22", "A4-30", "A4-34", "A4-36", "A4-44", "A4-42", "A4-68"]
    assert [name for name in plan if name in order] == order


def test_a_claim_that_wants_something_absent_answers_no_question_where_it_is_present() -> None:
    assert "A0-39" not in answered("Is an ESA allowed with palliative chemotherapy?").ids()
    assert "A0-39" in answered("Is an ESA contraindicated in cancer patients without chemotherapy?").ids()


# -- the file that says how people ask


def test_what_is_wrong_in_the_file_is_said_by_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "ontology"
    shutil.copytree(DEFAULT_FOLDER, folder)
    text = (folder / FILE).read_text(encoding="utf-8")
    (folder / FILE).write_text(
        text.replace("  telling: [loading, maintenance]", "  tellin: [loading]\n  soft: perhaps"), encoding="utf-8"
    )
    with pytest.raises(AuthoringError) as error:
        read_customs(Ontology(folder))
    assert [problem.where.rpartition(".")[2] for problem in error.value.problems] == ["soft", "tellin"]


def test_a_name_that_the_ontology_lacks_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "ontology"
    shutil.copytree(DEFAULT_FOLDER, folder)
    text = (folder / FILE).read_text(encoding="utf-8")
    (folder / FILE).write_text(text.replace("conclusions: [ordersMonitoring]", "conclusions: [ordersAnything]"))
    with pytest.raises(AuthoringError, match="ordersAnything"):
        read_customs(Ontology(folder))
