"""The smallest changes that flip something, how firm a number stands, and the alternatives: as data and as text."""

from __future__ import annotations

from decimal import Decimal

from kg.assess import Assessment
from kg.errors import InputError, NotFound, Problem
from kg.explanations.alternatives import Alternative, Alternatives, alternatives
from kg.explanations.counterfactuals import Counterfactuals
from kg.explanations.stability import Stability
from kg.ontology.compiled import Ontology
from kg.proof.derivations import Conclusion
from kg.proof.proof import Explainer
from kg.render.data import Data
from kg.render.explanation import names_of_conclusions
from kg.render.explanation_types import COUNTERFACTUAL, SCIENTIFIC
from kg.render.proof_text import in_words
from kg.vocabulary.nearest import closest

UNSET = "no limit"


def counterfactuals_json(found: Counterfactuals, identifier: str) -> Data:
    """The smallest sets of changes, in words; `change` is the first of them, null where there is none.

    `size` is the number of changes in each set, `bound` the largest size looked for, `partial` whether there may be
    other sets of that size.
    """
    return {
        "id": identifier,
        "type": COUNTERFACTUAL,
        "change": found.sets[0].text if found.sets else None,
        "holds": bool(found.goal.holding) if found.sets else None,
        "size": found.size,
        "sets": [[change.text for change in one.changes] for one in found.sets],
        "bound": found.bound,
        "runs": found.runs,
        "partial": found.partial,
    }


def counterfactuals_text(found: Counterfactuals, identifier: str) -> str:
    """The sets with their effect, a line each, and what was looked for."""
    if not found.sets:
        known = "was found that flips" if found.partial else "flips"
        return f"no set of up to {found.bound} changes {known} {identifier}\n"
    effect = "holds" if found.goal.holding else "no longer holds"
    lines = [f"{one.text}: {identifier} {effect}" for one in found.sets]
    smaller = "; no single change does" if found.size > 1 else ""
    more = "; there may be more" if found.partial else ""
    changes = "change" if found.size == 1 else "changes"
    return "\n".join([*lines, f"the smallest sets have {found.size} {changes}{smaller}{more}"]) + "\n"


# -- stability


def stability_json(found: tuple[Stability, ...], conclusion: str = "") -> Data:
    """Each number with the interval in which the answer, or the conclusion, stays the same; decimals as text."""
    return {
        "id": conclusion or None,
        "type": COUNTERFACTUAL,
        "numbers": [
            {
                "about": one.about,
                "label": one.label,
                "value": _plain(one.value),
                "unit": one.unit,
                "low": _plain(one.interval.low),
                "low_included": one.interval.low is not None and not one.interval.low_strict,
                "high": _plain(one.interval.high),
                "high_included": one.interval.high is not None and not one.interval.high_strict,
            }
            for one in found
        ],
    }


def stability_text(found: tuple[Stability, ...], conclusion: str = "") -> str:
    """A number a line, with its interval."""
    what = conclusion or "the answer"
    lines = [f"{what} stays the same while"]
    for one in found:
        low = f"{'>' if one.interval.low_strict else '>='} {_plain(one.interval.low)}" if one.interval.low else ""
        high = f"{'<' if one.interval.high_strict else '<='} {_plain(one.interval.high)}" if one.interval.high else ""
        span = " and ".join(filter(None, (low, high))) or "has any value"
        lines.append(f"  {one.label} ({_plain(one.value)} {one.unit}) {span}")
    return "\n".join(lines if found else ["there is no exact number in the facts"]) + "\n"


def _plain(value: Decimal | None) -> str | None:
    if value is None:
        return None
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


# -- alternatives


def alternatives_of(assessment: Assessment, identifier: str) -> Alternatives:
    """All minimal explanations of a conclusion that follows. Raises NotFound."""
    explainer = explainer_of(assessment, identifier)
    conclusion = assessment.conclusion(identifier)
    if conclusion is None:
        near = closest(identifier, names_of_conclusions(assessment))
        raise NotFound([Problem(identifier, "does not follow for this patient.", "Ask for what follows.", near)])
    return alternatives(assessment, explainer, conclusion)


def explainer_of(assessment: Assessment, identifier: str) -> Explainer:
    """The proofs of an assessment. Raises InputError where HermiT made it."""
    if assessment.explainer is None:
        raise InputError([Problem(identifier, "has no proof: HermiT gives none.", "Assess with the engine.")])
    return assessment.explainer


def alternatives_json(found: Alternatives, identifier: str) -> Data:
    """The alternatives, the shortest first; `by_sources` are their numbers, the firmest sources first."""
    rows = [
        {
            "length": one.length,
            "facts": list(one.facts),
            "axioms": list(one.axioms),
            "claims": list(one.claims),
            "open_markers": one.open_markers,
            "unmarked": one.unmarked,
            "doubts": one.doubts,
        }
        for one in found.by_length
    ]
    order = [found.by_length.index(one) for one in found.by_sources]
    return {"id": identifier, "type": SCIENTIFIC, "alternatives": rows, "by_sources": order, "partial": found.partial}


def alternatives_text(found: Alternatives, identifier: str, ontology: Ontology) -> str:
    """One alternative a block: its length, its claims with the state of their sources, its facts."""
    lines = [f"{identifier} has {len(found.by_length)} minimal explanations"]
    for number, one in enumerate(found.by_length, 1):
        firm = found.by_sources.index(one) + 1
        lines.append(f"{number}. {one.length} facts and axioms; by its sources number {firm}: {_state(one)}")
        lines += [f"   {in_words(Conclusion(*fact.split(' ', 2)), ontology)}" for fact in one.facts]
    return "\n".join([*lines, *(["there may be more"] if found.partial else [])]) + "\n"


def _state(one: Alternative) -> str:
    claims = ", ".join(one.claims) or "no claim"
    open_ones = f"{one.open_markers} markers without a reference, {one.unmarked} claims without a marker"
    return f"{claims} ({open_ones}, {one.doubts} doubts)"
