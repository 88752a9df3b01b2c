"""An assessment as text or JSON. Renderers invent nothing: every sentence is a claim's, every label the ontology's."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

from kg.assess import NOTICE, Action, Assessment, Differential
from kg.entries import Claim, Marker
from kg.explore import WhyNot
from kg.facts import Fact, Measurement
from kg.outcomes import ClaimOutcome, MissingFact, Outcome

HEADINGS: Final = (
    ("escalations", "Call in"),
    ("next_steps", "Next steps"),
    ("treatments", "Treatment options"),
    ("contraindications", "Contraindicated or not indicated"),
    ("pitfalls", "Pitfalls: do not"),
    ("monitoring", "Monitoring"),
)
NEAREST: Final = 8


def markers(claim: Claim) -> str:
    """The markers of a claim with their states, or that there is none."""
    if not claim.markers:
        return "uncited"
    return ", ".join(f"[{item.number}] {item.state}" for item in claim.markers)


def source_line(claim: Claim) -> str:
    """Article, section, offsets and markers of a claim, on one line."""
    place = claim.passage
    return f"{place.article}, {place.section}, {place.start}-{place.end}; {markers(claim)}"


def as_text(assessment: Assessment, width: int = 100) -> str:
    """The assessment as a plain text of a given width in characters."""
    return "\n".join(_lines(assessment, width)) + "\n"


def _lines(assessment: Assessment, width: int) -> Iterator[str]:
    yield f"Assessment {assessment.id[:19]}…  as of {assessment.record.facts.as_of}"
    yield from _section("What was understood", _understood(assessment), width)
    yield from _section("Data issues", (issue.message for issue in assessment.record.issues), width)
    yield from _section("Differential", (_differential(assessment, item) for item in assessment.differential), width)
    for name, heading in HEADINGS:
        yield from _section(heading, (_action(assessment, item) for item in assessment.lists.get(name, ())), width)
    yield from _section("Ambiguous: the text can be read both ways", _ambiguous(assessment), width)
    yield from _section("Undetermined: one or two facts would decide", _undetermined(assessment), width)
    yield from _section("Why: claims that apply, with their passages and markers", _claims(assessment), width)
    counts = ", ".join(f"{len(assessment.outcomes.ids(outcome))} {outcome}" for outcome in Outcome)
    yield f"\nClaims: {counts}."
    yield from textwrap.wrap(NOTICE + " " + _review(assessment), width)


def _section(heading: str, items: Iterable[str], width: int) -> Iterator[str]:
    rows = list(items)
    if rows:
        yield f"\n{heading}"
        for row in rows:
            yield from textwrap.wrap(row, width, initial_indent="  • ", subsequent_indent="    ")


def _understood(assessment: Assessment) -> Iterator[str]:
    facts = assessment.record.facts
    who = " ".join(filter(None, (facts.sex, f"{facts.age} years" if facts.age is not None else "")))
    if who:
        yield who
    for fact in facts.facts:
        yield f"{assessment.ontology.label(fact.concept)} ({fact.list}: {fact.status})"
    for item in facts.measurements:
        when = f" on {item.date}" if item.date else ""
        yield f"{assessment.ontology.label(item.quantity)} {item.comparator}{item.given} {item.given_unit}{when}"


def _differential(assessment: Assessment, item: Differential) -> str:
    against = f"; against: {', '.join(item.against)}" if item.against else ""
    return f"{item.label} ({item.strength.replace('_', ' ')}) for: {', '.join(item.claims)}{against}"


def _action(assessment: Assessment, item: Action) -> str:
    details = [item.urgency.replace("_", " "), *item.within, " / ".join(item.modality)]
    extra = f"; unless {', '.join(map(assessment.ontology.label, item.exceptions))}" if item.exceptions else ""
    return f"{item.label} ({', '.join(filter(None, details))}) {', '.join(item.claims)}{extra}"


def _ambiguous(assessment: Assessment) -> Iterator[str]:
    for item in assessment.outcomes.of(Outcome.AMBIGUOUS):
        claim = assessment.ontology.claims[item.claim]
        yield f"{item.claim} ({item.reason.replace('_', ' ')}): {claim.sentence}{_missing(item)}"


def _undetermined(assessment: Assessment) -> Iterator[str]:
    """Claims that two facts at most would decide, those with the same missing facts together."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for item in assessment.outcomes.of(Outcome.UNDETERMINED):
        if item.missing and len(item.missing[0]) <= 2:
            groups.setdefault(tuple(fact.label for fact in item.missing[0]), []).append(item.claim)
    ordered = sorted(groups.items(), key=lambda group: (len(group[0]), -len(group[1]), group[0]))
    for facts, claims in ordered[:NEAREST]:
        yield f"{' and '.join(facts)}? would settle {', '.join(claims)}"
    if len(ordered) > NEAREST:
        yield f"and {len(ordered) - NEAREST} further questions (all of them with --format json)"


def _missing(item: ClaimOutcome) -> str:
    if not item.missing:
        return ""
    return f" Open: {' and '.join(fact.label for fact in item.missing[0])}."


def _claims(assessment: Assessment) -> Iterator[str]:
    for claim in assessment.applicable():
        doubts = f" Doubt: {'; '.join(text for text, _ in claim.doubts)}" if claim.doubts else ""
        yield f"{claim.id}: {claim.sentence} ({source_line(claim)}){doubts}"


def _review(assessment: Assessment) -> str:
    used = sorted({claim.article for claim in assessment.applicable()})
    states = (assessment.ontology.articles[name] for name in used)
    return " ".join(
        f"Article {state.id}: last updated {state.modified}, human review {state.human_review}, "
        f"active stage {state.active_stage}."
        for state in states
    )


def as_json(assessment: Assessment) -> dict[str, Any]:
    """The assessment as data, field names as in INTERFACE.md."""
    ontology, found = assessment.ontology, assessment.outcomes
    return {
        "id": assessment.id,
        "ontology_version": ontology.version,
        "notice": f"{NOTICE} {_review(assessment)}".strip(),
        "understood": [_fact(assessment, item) for item in assessment.record.facts.facts]
        + [_measurement(assessment, item) for item in assessment.record.facts.measurements],
        "claims": {
            "applicable": [{"id": c.id, "kind": c.kind, "sentence": c.sentence} for c in assessment.applicable()],
            "undetermined": [
                {"id": i.claim, "missing": _sets(assessment, i.missing)} for i in found.of(Outcome.UNDETERMINED)
            ],
            "ambiguous": [_ambiguous_json(assessment, item) for item in found.of(Outcome.AMBIGUOUS)],
            "excluded": [{"id": name} for name in found.ids(Outcome.EXCLUDED)],
        },
        "differential": [_item(assessment, item, "condition") for item in assessment.differential],
        **{name: [_item(assessment, item, "action") for item in items] for name, items in assessment.lists.items()},
        "data_issues": [asdict(issue) for issue in assessment.record.issues],
        "sources": [claim_source(claim) for claim in assessment.applicable()],
    }


def _sets(assessment: Assessment, missing: Iterable[tuple[MissingFact, ...]]) -> list[list[dict[str, object]]]:
    codes = {name: concept.code for name, concept in assessment.ontology.concepts.items()}
    return [[fact.fragment(codes) for fact in facts] for facts in missing]


def _ambiguous_json(assessment: Assessment, item: ClaimOutcome) -> dict[str, Any]:
    return {
        "id": item.claim,
        "holds_in": list(item.holds_in),
        "fails_in": list(item.fails_in),
        "missing": _sets(assessment, item.missing),
        "reason": item.reason,
    }


def _item(assessment: Assessment, item: Differential | Action, key: str) -> dict[str, Any]:
    data: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in asdict(item).items()
    }
    del data["concept"]
    data[key] = assessment.ontology.concepts[item.concept].code
    return data


def _fact(assessment: Assessment, fact: Fact) -> dict[str, Any]:
    concept = assessment.ontology.concepts[fact.concept]
    days = {name: str(day) for name in ("date", "started", "ended") if (day := getattr(fact, name))}
    return {"concept": concept.code, "label": concept.label, "list": fact.list, "status": str(fact.status), **days}


def _measurement(assessment: Assessment, item: Measurement) -> dict[str, Any]:
    concept = assessment.ontology.concepts[item.quantity]
    low, high = item.value.low, item.value.high
    return {
        "concept": concept.code,
        "label": concept.label,
        "list": "measurements",
        "value": _number(item.given),
        "comparator": item.comparator,
        "unit": item.given_unit,
        "canonical": {
            "low": low if low is None else _number(low),
            "high": high if high is None else _number(high),
            "unit": item.unit,
        },
        "date": str(item.date) if item.date else None,
    }


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def why_not_json(assessment: Assessment, found: WhyNot) -> dict[str, Any]:
    """A claim's outcome with what is missing (fragments of a case) and what contradicts it."""
    return {
        "id": found.outcome.claim,
        "outcome": str(found.outcome.outcome),
        "missing": _sets(assessment, found.outcome.missing),
        "blocked_by": list(found.blocks),
    }


def claim_json(claim: Claim) -> dict[str, Any]:
    """A claim as INTERFACE.md names its fields, with its formal reading and its doubts."""
    return {
        "id": claim.id,
        "kind": claim.kind,
        "sentence": claim.sentence,
        "passage": asdict(claim.passage),
        "markers": [_marker(item) for item in claim.markers],
        "doubts": [{"text": text, "basis": basis} for text, basis in claim.doubts],
        "formal_reading": [reading.formal for reading in claim.readings],
        "conclusions": [{"predicate": predicate, "target": target} for predicate, target in claim.conclusions],
    }


def claim_source(claim: Claim) -> dict[str, Any]:
    """The passage and the markers of a claim, with their states."""
    return {"claim": claim.id, "passage": asdict(claim.passage), "markers": [_marker(item) for item in claim.markers]}


def _marker(item: Marker) -> dict[str, Any]:
    return {"number": item.number, "state": item.state, **({"reference": item.reference} if item.reference else {})}


def dumps(data: object) -> str:
    """JSON text with non-ASCII letters kept."""
    return json.dumps(data, ensure_ascii=False, indent=2)
