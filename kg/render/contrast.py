"""Why one conclusion rather than another: what speaks for both, what separates them, what would turn it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.assess import Assessment, Reasoner
from kg.errors import NotFound, Problem
from kg.explanations.counterfactuals import Counterfactuals, Goal, smallest
from kg.explanations.differences import claims_for, holds, why_not
from kg.proof.derivations import Conclusion
from kg.proof.proof import Explainer, NotEntailed
from kg.render.counterfactuals import explainer_of
from kg.render.data import Data
from kg.render.explanation import explain, names_of_conclusions
from kg.render.explanation_types import CONTRASTIVE
from kg.render.proof_text import in_words
from kg.vocabulary.nearest import closest

Facts = frozenset[Conclusion]


@dataclass(frozen=True)
class Contrast:
    """Facts behind both conclusions, behind the first alone, and behind the second alone: of all explanations of the
    two, those that differ least.

    Where the second does not follow: `lacking`, per claim that would give it, the smallest set of missing facts, and
    `against`, what is known to the contrary. `turned_by` are the smallest changes after which the second holds and the
    first does not.
    """

    why: str
    rather_than: str
    holds: bool
    shared: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    lacking: tuple[tuple[str, tuple[str, ...]], ...]
    against: tuple[str, ...]
    turned_by: Counterfactuals


def contrast(assessment: Assessment, reasoner: Reasoner, why: str, rather_than: str) -> Contrast:
    """The contrast of a conclusion that follows with another, which follows or not.

    Only claims that would give the second count, so nothing else is named. Raises NotFound for ids that name nothing.
    """
    first = explain(assessment, why)
    claims = claims_for(assessment, rather_than)
    if not claims:
        near = closest(rather_than, names_of_conclusions(assessment))
        raise NotFound([Problem(rather_than, "is neither a claim nor an entry.", "Say --not with an id.", near)])
    explainer = explainer_of(assessment, why)
    one, other = _nearest(explainer, first.proof.conclusion, list(_grounds(assessment, explainer, claims, rather_than)))
    reasons = [why_not(assessment, claim) for claim in claims]
    follows = holds(assessment, rather_than)
    open_ones = [] if follows else reasons
    goal = Goal(holding=(rather_than,), failing=(why,))
    return Contrast(
        why=why,
        rather_than=rather_than,
        holds=follows,
        shared=_said(assessment, one & other),
        only_first=_said(assessment, one - other),
        only_second=_said(assessment, other - one),
        lacking=tuple(
            (reason.outcome.claim, tuple(fact.label for fact in reason.outcome.missing[0]))
            for reason in open_ones
            if reason.outcome.missing
        ),
        against=tuple(sorted({label for reason in open_ones for label in reason.blocks})),
        turned_by=smallest(assessment, reasoner, goal),
    )


def _nearest(explainer: Explainer, first: Conclusion, grounds: list[Facts]) -> tuple[Facts, Facts]:
    """Facts of an explanation of each that differ in the fewest facts; among equals the fewest facts."""
    mine = [_facts(leaf.text for leaf in one if not leaf.source) for one in explainer.justifications(first)]
    pairs = [(one, other) for one in mine for other in grounds or [frozenset()]]
    return min(
        pairs, key=lambda pair: (len(pair[0] ^ pair[1]), len(pair[0] | pair[1]), sorted(pair[0]), sorted(pair[1]))
    )


def _facts(texts: Iterable[str]) -> Facts:
    return frozenset(Conclusion(*text.split(" ", 2)) for text in texts)


def _grounds(assessment: Assessment, explainer: Explainer, claims: Iterable[str], identifier: str) -> Iterator[Facts]:
    """The facts of each explanation of the second; where it does not follow, of what holds among its conditions."""
    conclusion = assessment.conclusion(identifier) if holds(assessment, identifier) else None
    if conclusion is not None:
        for one in explainer.justifications(conclusion):
            yield _facts(leaf.text for leaf in one if not leaf.source)
        return
    for claim in claims:
        found: set[Conclusion] = set()
        for part in _partly(assessment, claim):
            try:
                found |= set(explainer.proof(part).facts)
            except NotEntailed:
                continue
        yield frozenset(found)


def _partly(assessment: Assessment, claim: str) -> list[Conclusion]:
    """What holds of the patient among the conditions that a claim is built from."""
    ontology, found = assessment.ontology, []
    todo = [reading.situation for reading in ontology.claims[claim].readings]
    while todo:
        name = todo.pop()
        if name in assessment.closure.types:
            found.append(Conclusion(assessment.record.patient, "type", name))
        elif formula := ontology.formulas.get(name):
            todo += formula.parts
    return found


def _said(assessment: Assessment, facts: Facts) -> tuple[str, ...]:
    return tuple(sorted({in_words(fact, assessment.ontology) for fact in facts}))


def contrast_json(found: Contrast) -> Data:
    """The contrast as data."""
    return {
        "type": CONTRASTIVE,
        "why": found.why,
        "not": found.rather_than,
        "holds": found.holds,
        "for_both": list(found.shared),
        "only_for_why": list(found.only_first),
        "only_for_not": list(found.only_second),
        "lacking": [{"claim": claim, "missing": list(labels)} for claim, labels in found.lacking],
        "against": list(found.against),
        "turned_by": [[change.text for change in one.changes] for one in found.turned_by.sets],
        "bound": found.turned_by.bound,
    }


def contrast_text(found: Contrast) -> str:
    """A line each."""
    state = "follows as well" if found.holds else "does not follow"
    lines = [f"{found.why} follows; {found.rather_than} {state}"]
    lines += [f"  for both: {said}" for said in found.shared]
    lines += [f"  only for {found.why}: {said}" for said in found.only_first]
    lines += [f"  only for {found.rather_than}: {said}" for said in found.only_second]
    lines += [
        f"  {found.rather_than} would follow by {claim} with: {' and '.join(labels)}" for claim, labels in found.lacking
    ]
    lines += [f"  known not to be so: {said}" for said in found.against]
    lines += [f"  it would be the other way round with: {one.text}" for one in found.turned_by.sets]
    if not found.turned_by.sets:
        lines.append(f"  no set of up to {found.turned_by.bound} changes was found that turns it round")
    return "\n".join(lines) + "\n"
