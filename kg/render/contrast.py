"""Why one conclusion rather than another: what speaks for both, what separates them, what would turn it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.assess import Assessment, explore
from kg.errors import NotFound, Problem
from kg.proof.derivations import Conclusion
from kg.proof.proof import Explainer, NotEntailed
from kg.render.data import Data
from kg.render.explanation import explain, names_of_conclusions
from kg.render.proof_text import in_words
from kg.vocabulary.nearest import closest


@dataclass(frozen=True)
class Contrast:
    """Facts and claims behind both conclusions, behind the first alone, and behind the second alone.

    Where the second does not follow: `lacking`, per claim that would give it, the smallest set of missing facts, and
    `against`, what is known to the contrary.
    """

    why: str
    rather_than: str
    holds: bool
    shared: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    lacking: tuple[tuple[str, tuple[str, ...]], ...]
    against: tuple[str, ...]


def contrast(assessment: Assessment, why: str, rather_than: str) -> Contrast:
    """The contrast of a conclusion that follows with another, which follows or not.

    Only claims that would give the second count, so nothing else is named. Raises NotFound for ids that name nothing.
    """
    first = explain(assessment, why)
    claims = explore.claims_for(assessment, rather_than)
    if not claims:
        near = closest(rather_than, names_of_conclusions(assessment))
        raise NotFound([Problem(rather_than, "is neither a claim nor an entry.", "Say --not with an id.", near)])
    one, other = _grounds(assessment, [first.proof.conclusion]), _grounds(assessment, _partly(assessment, claims))
    reasons = [explore.why_not(assessment, claim) for claim in claims]
    holds = explore.holds(assessment, rather_than)
    open_ones = [] if holds else reasons
    return Contrast(
        why=why,
        rather_than=rather_than,
        holds=holds,
        shared=tuple(sorted(one & other)),
        only_first=tuple(sorted(one - other)),
        only_second=tuple(sorted(other - one)),
        lacking=tuple(
            (reason.outcome.claim, tuple(fact.label for fact in reason.outcome.missing[0]))
            for reason in open_ones
            if reason.outcome.missing
        ),
        against=tuple(sorted({label for reason in open_ones for label in reason.blocks})),
    )


def _partly(assessment: Assessment, claims: Iterable[str]) -> list[Conclusion]:
    """What holds of the patient among the conditions that the claims are built from."""
    ontology, found = assessment.ontology, []
    todo = [reading.situation for claim in claims for reading in ontology.claims[claim].readings]
    while todo:
        name = todo.pop()
        if name in assessment.closure.types:
            found.append(Conclusion(assessment.record.patient, "type", name))
        elif formula := ontology.formulas.get(name):
            todo += formula.parts
    return found


def _grounds(assessment: Assessment, conclusions: Iterable[Conclusion]) -> frozenset[str]:
    """The facts in words that the proofs of some conclusions end in."""
    explainer = assessment.explainer
    assert isinstance(explainer, Explainer)
    found: set[str] = set()
    for conclusion in conclusions:
        try:
            proof = explainer.proof(conclusion)
        except NotEntailed:
            continue
        found |= {in_words(fact, assessment.ontology) for fact in proof.facts}
    return frozenset(found)


def contrast_json(found: Contrast) -> Data:
    """The contrast as data."""
    return {
        "why": found.why,
        "not": found.rather_than,
        "holds": found.holds,
        "for_both": list(found.shared),
        "only_for_why": list(found.only_first),
        "only_for_not": list(found.only_second),
        "lacking": [{"claim": claim, "missing": list(labels)} for claim, labels in found.lacking],
        "against": list(found.against),
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
    return "\n".join(lines) + "\n"
