"""Short forms of the answers of the service: what an agent needs first, and where the rest is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

Json = dict[str, Any]
FIRST: Final = 5
ROWS: Final = 20


def of_assessment(data: Json) -> Json:
    """The headline, the first entries of the lists that are acted on, and what was left out."""
    lists = ("differential", "escalations", "contraindications", "next_steps", "treatments")
    return {
        "handle": data["handle"],
        "headline": data["headline"],
        "alerts": [item["sentence"] for item in data["alerts"]],
        **{name: [_entry(item) for item in data[name][:FIRST]] for name in lists},
        "applicable": [item["id"] for item in data["claims"]["applicable"]],
        "not_understood": [f"{item['text']}: {item['message']}" for item in data["not_understood"][:ROWS]],
        "questions": data["asking"],
        "notice": data["notice"],
        "more": "detail=full, explain(handle, id), what_if(handle, fact)",
    }


def _entry(item: Json) -> Json:
    claims = item.get("claims", item.get("for", []))
    return {"id": item["id"], "label": item["label"], "basis": item["basis"], "claims": claims}


def of_proof(data: Json) -> Json:
    """The sentences of a proof from the facts to the conclusion."""
    return {
        "conclusion": data["conclusion"],
        "steps": [item["sentence"] for item in data["steps"]],
        "facts": data["facts"],
        "more": "detail=full: rules, axioms, passages and markers",
    }


def of_answer(data: Json) -> Json:
    names = ("text", "verdict", "values", "covered")
    return {name: data[name] for name in names if name in data} | {
        "claims": [of_claim(item) for item in data["claims"]]
    }


def of_patient_answer(data: Json) -> Json:
    return {name: value for name, value in data.items() if name not in ("proofs", "assessment")}


def of_claims(data: Json) -> Json:
    return {"claims": [of_claim(item) for item in data["items"]], "next": data["next"]}


def of_claim(item: Json) -> Json:
    found = {name: item[name] for name in ("id", "kind", "sentence") if name in item}
    return found | {"resource": f"claim://{item['id']}"}


def of_results(data: Json) -> Json:
    """The first rows of a result as plain values."""
    if "boolean" in data:
        return {"boolean": data["boolean"]}
    rows = data["results"]["bindings"] if "results" in data else []
    plain = [{name: cell["value"] for name, cell in row.items()} for row in rows[:ROWS]]
    return {"rows": plain, "of": len(rows)}


def of_verification(data: Json) -> Json:
    if "sentences" not in data:
        return data
    names = ("text", "verdict", "claims", "differs_in")
    return {"sentences": [{name: item[name] for name in names} for item in data["sentences"]]}


def whole(data: Json) -> Json:
    return data


SHORT: Final[Mapping[str, Callable[[Json], Json]]] = {
    "assess": of_assessment,
    "explain": of_proof,
    "why_not": whole,
    "what_if": whole,
    "ask": of_answer,
    "patient": of_patient_answer,
    "claims": of_claims,
    "claim": of_claim,
    "sparql": of_results,
    "verify": of_verification,
}
"""Kind of answer → its short form."""
