"""Holds the answer that is shown to a reader against what was proved: whatever fields it has, it may say nothing else.

It is walked as it is: any object with the id of a conclusion, a proof, a concept with its label, a claim with its
sentence, or a passage is judged wherever it stands, so that new fields of an assessment need no change here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from kg.certificate.canonical import canonical
from kg.certificate.envelope import Refused
from kg.proof.axiom_files import BASE, AxiomFiles
from kg.proof.checker import Checker
from kg.proof.conclusion_names import NOTATION

CONCEPTS: Final = ("concept", "condition", "action", "substance")
LISTED: Final = {"applicable": "applicable", "ambiguous": "ambiguous", "excluded": "excluded"}
Json = Any


def check_answer(found: Mapping[str, Json], checker: Checker, proofs: list[str]) -> None:
    """Raise Refused where the answer says what was not proved or leaves out what was. `proofs` are ids by step."""
    answer, conclusions = found["answer"], {row["id"]: row for row in found["conclusions"]}
    proof_of = {name: proofs[row["step"]] for name, row in conclusions.items()}
    codes = _codes(checker.files)
    seen = set()
    for item in objects(answer):
        if "proof" in item and item["proof"] is not None:
            name = item.get("id")
            _need(
                item["proof"] in proofs if name is None else item["proof"] == proof_of.get(name), f"the proof of {name}"
            )
            seen.add(name)
        _labelled(item, codes)
        _of_claim(item, checker)
    _need(set(conclusions) <= seen, f"it does not show {', '.join(sorted(set(conclusions) - seen)[:3])}")
    for name, outcome in LISTED.items():
        expected = [claim for claim, one in found["outcomes"].items() if one == outcome]
        _need([item["id"] for item in answer["claims"][name]] == expected, f"the claims that are {outcome}")


def objects(data: Json) -> Iterator[dict[str, Json]]:
    """Every object in some JSON data."""
    if isinstance(data, dict):
        yield data
    if isinstance(data, dict | list):
        for item in data.values() if isinstance(data, dict) else data:
            yield from objects(item)


@lru_cache(maxsize=2)
def _codes(files: AxiomFiles) -> dict[str, str]:
    """The vocabulary's code → label."""
    rows = {code: name for name, values in files.spo.items() for code in values.get(NOTATION, ()) if BASE in name}
    return {code: files.label(name.removeprefix(BASE)) for code, name in rows.items()}


def _labelled(item: Mapping[str, Json], codes: Mapping[str, str]) -> None:
    """A concept must be one of the vocabulary, and a label beside it its own."""
    for key in CONCEPTS:
        if isinstance(item.get(key), str) and item[key] and "label" in item:
            _need(item[key] in codes and item["label"] == codes[item[key]], f"the label of {item[key]}")


def _of_claim(item: Mapping[str, Json], checker: Checker) -> None:
    """What is said of a claim must be what the ontology says of it."""
    citations = checker.citations
    if isinstance(item.get("id"), str) and citations.is_claim(item["id"]) and "sentence" in item:
        _need(item["sentence"] == citations.sentence(item["id"]), f"the sentence of {item['id']}")
    if {"kind", "sentence", "proof", "sources"} <= set(item):
        template = next(iter(checker.files.own(str(item["id"]).replace(":", "/"), "alertSentence")), "")
        _need(bool(re.fullmatch(pattern(template), item["sentence"])), f"the sentence of {item['id']}")
    if set(item) == {"claim", "passage", "markers"}:
        _need(canonical(item) == canonical(citations.source(item["claim"])), f"the passage of {item['claim']}")
    for key in ("claims", "for", "against"):
        for claim in item[key] if isinstance(item.get(key), list) else []:
            _need(not isinstance(claim, str) or citations.is_claim(claim), f"{claim}, which is no claim")


def pattern(template: str) -> str:
    """The regular expression of what a template with `{names}` can say."""
    return ".+".join(map(re.escape, re.split(r"\{\w+\}", template)))


def _need(holds: bool, what: str) -> None:
    if not holds:
        raise Refused(f"the answer is wrong in {what}")
