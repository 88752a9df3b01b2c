"""Answers of golden questions worked out from the claims' sources, which neither a store nor a reasoner has touched.

The derivations here read the YAML files as text and lists: another way to the same answer. Where a question is asked in
SPARQL and in DL, both must have it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

import pytest
import yaml

from places import ROOT

ARTICLES: Final = sorted((ROOT / "ontology" / "articles").glob("*.yaml"))
FILES: Final[list[dict[str, Any]]] = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in ARTICLES]
CLAIMS: Final[dict[str, dict[str, Any]]] = {claim["id"]: claim for file in FILES for claim in file["claims"]}
NAMED: Final[dict[str, str]] = {name: text for file in FILES for name, text in file["situations"].items()}
REFERENCED: Final = {
    (file["article"]["id"], marker["number"]): marker.get("reference")
    for file in FILES
    for marker in file["article"]["markers"]
}
UNRESOLVED: Final = [
    f"marker/{file['article']['id']}/{marker['number']}"
    for file in FILES
    for marker in file["article"]["markers"]
    if marker["state"] == "unresolved"
]
GOLDEN: Final = {
    one["ask"]: one["answers"]
    for name in ("sparql", "dl")
    for one in yaml.safe_load((ROOT / "queries" / "golden" / f"{name}.yaml").read_text(encoding="utf-8"))
}


def with_value(field: str, value: str) -> list[str]:
    return [key for key, claim in CLAIMS.items() if claim.get(field) == value]


def having(field: str) -> list[str]:
    return [key for key, claim in CLAIMS.items() if claim.get(field)]


def concluding(predicates: Iterable[str], target: str) -> list[str]:
    named = set(predicates)
    return [
        key
        for key, claim in CLAIMS.items()
        if any(predicate in named and target in targets for predicate, targets in claim.get("concludes", {}).items())
    ]


def doubts(key: str) -> list[dict[str, Any]]:
    return list(CLAIMS[key].get("doubts", ()))


def doubting(test: Callable[[dict[str, Any]], bool]) -> list[str]:
    return [key for key in CLAIMS if any(map(test, doubts(key)))]


def spelled(claim: dict[str, Any]) -> str:
    """The conditions of a claim, in both readings, with the named situations written out."""
    text = " and ".join(f"({claim[key]})" for key in ("situation", "other_reading") if isinstance(claim.get(key), str))
    while found := [name for name in NAMED if re.search(rf"\b{name}\b", text)]:
        for name in found:
            text = re.sub(rf"\b{name}\b", f"({NAMED[name]})", text)
    return text


def naming(phrase: str) -> list[str]:
    return [key for key, claim in CLAIMS.items() if re.search(phrase, spelled(claim))]


def traced(key: str) -> list[object]:
    article = key.partition("-")[0]
    return [found for number in CLAIMS[key].get("markers", ()) if (found := REFERENCED[article, number])]


def counted(values: Iterable[str], prefix: str) -> list[str]:
    named = {value: prefix + "".join(part.capitalize() for part in value.split("-")) for value in CLAIM_MODALITIES}
    return [f"{named[value]} | {count}" for value, count in Counter(values).items()]


CLAIM_MODALITIES: Final = {str(claim["modality"]) for claim in CLAIMS.values()}
BY_HAND: Final[dict[str, Callable[[], list[str]]]] = {
    "Which claims are due at once?": lambda: with_value("urgency", "immediate"),
    "Which claims have any urgency?": lambda: having("urgency"),
    "Which claims call a condition the likeliest?": lambda: with_value("strength", "most_likely"),
    "Which claims are most likely?": lambda: with_value("strength", "most_likely"),
    "Which claims forbid something?": lambda: with_value("modality", "must-not"),
    "How many claims has each modality?": lambda: counted((claim["modality"] for claim in CLAIMS.values()), "Modality"),
    "Which claims print a dose?": lambda: having("regimen"),
    "Which claims report an effect size?": lambda: having("effects"),
    "Which claims are doubted from outside the articles?": lambda: doubting(lambda one: one["basis"] == "outside"),
    "Which claims stand in tension with A0-31?": lambda: doubting(lambda one: "A0-31" in one.get("with", ())),
    "What is doubted about A0-39?": lambda: [one["text"] for one in doubts("A0-39")],
    "Which claims rest on an entry of a reference list?": lambda: [key for key in CLAIMS if traced(key)],
    "How many lines of evidence are traced?": lambda: [str(sum(len(traced(key)) for key in CLAIMS))],
    "Which markers lead nowhere?": lambda: UNRESOLVED,
    "Which claims have no traced evidence and are of A0?": lambda: [
        str(sum(key.startswith("A0-") and not traced(key) for key in CLAIMS))
    ],
    "Which claims need active chemotherapy to be absent?": lambda: naming("hasAbsent value ActiveChemotherapy"),
    "Which claims need a value under the limit of ten grams?": lambda: naming("HemoglobinBelow10"),
    "Which claims need a running treatment?": lambda: naming(r"(?<!or )\breceives some \w+\b(?! or)"),
    "Which claims need a suspicion?": lambda: naming(r"\bhasSuspicionOf some"),
    "Which claims call somebody in?": lambda: [
        key for key, claim in CLAIMS.items() if "escalatesTo" in claim.get("concludes", {})
    ],
    "Which claims ask for a marrow biopsy?": lambda: concluding(
        ("requiresStep", "recommends", "considers", "prioritizes", "assignsToSpecialist"), "BoneMarrowBiopsy"
    ),
}


def test_enough_questions_are_worked_out_and_each_is_asked() -> None:
    assert len(BY_HAND) >= 20
    assert set(BY_HAND) <= set(GOLDEN)


@pytest.mark.parametrize("ask", BY_HAND)
def test_the_stored_answer_is_that_of_the_sources(ask: str) -> None:
    assert sorted(set(BY_HAND[ask]())) == sorted(GOLDEN[ask])
