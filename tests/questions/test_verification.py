"""Sentences judged by the claims: what says the same is entailed, what was altered never is, the rest is not stated."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import pytest
import yaml

from kg.knowledge import Knowledge
from kg.questions.verification import SentenceVerdict, Verifier

CASES: Final = yaml.safe_load((Path(__file__).parent / "verification.yaml").read_text(encoding="utf-8"))
FORTY: Final = 40


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Knowledge().verifier


def verdicts(verifier: Verifier, kind: str) -> Counter[str]:
    assert len(CASES[kind]) == FORTY
    return Counter(str(verifier.sentence(case["text"]).verdict) for case in CASES[kind])


def test_what_says_the_same_is_entailed_by_its_claim(verifier: Verifier) -> None:
    assert verdicts(verifier, "entailed")["entailed"] >= 0.9 * FORTY
    found = [(case["claim"], verifier.sentence(case["text"])) for case in CASES["entailed"]]
    assert all(claim in [one.id for one in judged.claims] for claim, judged in found if judged.claims)


def test_no_altered_sentence_is_entailed(verifier: Verifier) -> None:
    found = verdicts(verifier, "altered")
    assert found["entailed"] == 0
    assert found["contradicted"] >= 0.8 * FORTY


def test_what_no_claim_says_is_not_stated(verifier: Verifier) -> None:
    assert verdicts(verifier, "not_stated")["not_stated"] >= 0.95 * FORTY


@pytest.mark.parametrize(
    ("text", "differs"),
    [
        ("In cancer an ESA raises the clot risk by 76 %.", "number"),
        ("In cancer an ESA lowers the clot risk by 67 %.", "direction"),
        ("A trial of iron is given unless a lack is proven.", "negation"),
        ("Marrow biopsy must be done on suspicion of lymphoma or myeloproliferative disease.", "strength"),
    ],
)
def test_a_contradicted_sentence_says_in_what_it_differs(verifier: Verifier, text: str, differs: str) -> None:
    (judged,) = verifier.judge(text)
    assert judged.verdict is SentenceVerdict.CONTRADICTED
    assert differs in judged.differs_in


def test_a_text_is_judged_sentence_by_sentence(verifier: Verifier) -> None:
    found = verifier.judge("The odds ratio for lymphoma is 3.2. Metformin lowers vitamin B12.\n")
    assert [item.verdict for item in found] == [SentenceVerdict.ENTAILED, SentenceVerdict.NOT_STATED]
