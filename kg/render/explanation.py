"""Answers to questions about a finished assessment: why, why not, and what if, each as data and as text.

The command line and the service both take their answers from here, so that their JSON is the same byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kg.assess import Assessment
from kg.assess.outcomes import Outcome
from kg.errors import CaseError, InputError, NotFound, Problem
from kg.explanations import differences
from kg.explanations.differences import ConditionWhyNot, Difference, WhyNot
from kg.facts.patient import PatientFacts
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from kg.proof.proof import NotEntailed, Proof
from kg.readers.case.reader import CaseReader
from kg.render.claims import claim_source
from kg.render.data import Data, dumps, why_not_json
from kg.render.explanation_types import CONTRASTIVE, SIMULATED, TRACE
from kg.render.markdown import escape
from kg.render.proof_text import as_tree, in_short, in_words, source
from kg.vocabulary.names import Names
from kg.vocabulary.nearest import closest

FACT: Final = 'Write {"list": "diagnoses", "entry": {"concept": "..."}}.'
ROOT: Final = "$"


@dataclass(frozen=True)
class Explanation:
    """Why a conclusion follows: its `id` (docs/contract.md), its proof, its minimal sets of axioms and facts."""

    id: str
    proof: Proof
    justifications: tuple[tuple[str, ...], ...]
    ontology: Ontology = field(repr=False)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims that the proof's steps come from, in the order of their ids."""
        names = {step.source.removeprefix("claim/") for step in self.proof.steps if step.source.startswith("claim/")}
        return tuple(self.ontology.claims[name] for name in sorted(names))

    @property
    def sentence(self) -> str:
        """The conclusion in words."""
        return in_words(self.proof.conclusion, self.ontology)


# -- why


def explain(assessment: Assessment, identifier: str) -> Explanation:
    """Why a claim applies or is excluded, or why an entry is in its list.

    Raises NotFound with the nearest ids for anything that does not follow.
    """
    explainer, conclusion = assessment.explainer, assessment.conclusion(identifier)
    if explainer is None:
        raise InputError([Problem(identifier, "has no proof: HermiT gives none.", "Assess with the engine.")])
    if conclusion is None:
        raise _unknown(assessment, identifier)
    try:
        proof = explainer.proof(conclusion)
    except NotEntailed as error:
        raise _unknown(assessment, identifier) from error
    sets = (tuple(sorted(leaf.text for leaf in one)) for one in explainer.justifications(conclusion))
    return Explanation(identifier, proof, tuple(sets), assessment.ontology)


def names_of_conclusions(assessment: Assessment) -> tuple[str, ...]:
    """Every id that `explain` answers: the entries of the lists, the claims that apply, those that are excluded."""
    outcomes = assessment.outcomes
    return (*assessment.items, *outcomes.ids(Outcome.APPLICABLE), *outcomes.ids(Outcome.EXCLUDED))


def _unknown(assessment: Assessment, identifier: str) -> NotFound:
    remedy = "Ask why not (`--why-not`, `/why-not/`) for a claim that is open."
    near = closest(identifier, names_of_conclusions(assessment))
    return NotFound([Problem(identifier, "does not follow for this patient.", remedy, near)])


def explanation_json(found: Explanation) -> Data:
    """docs/contract.md, "A proof", with the id it was asked by, the passages it ends in, and all minimal sets."""
    return {
        "id": found.id,
        "type": TRACE,
        "proof": found.proof.id,
        "sentence": found.sentence,
        **found.proof.to_json(),
        "justifications": [list(one) for one in found.justifications],
        "sources": [claim_source(claim) for claim in found.claims],
    }


def explanation_text(found: Explanation) -> str:
    """What the proof rests on in short, and the proof as an indented tree."""
    return f"{in_short(found.proof, found.ontology)}\n{as_tree(found.proof, found.ontology)}"


def explanation_markdown(found: Explanation) -> str:
    """The proof as numbered steps, each with its rule, what it rests on and where it comes from (CommonMark)."""
    number = {step.id: place for place, step in enumerate(found.proof.steps, 1)}
    lines = [f"# {escape(found.id)}", "", f"{escape(found.sentence)}.", "", "## Steps", ""]
    for step in found.proof.steps:
        rests = ", ".join(str(number[premise]) for premise in step.premises)
        said = [step.rule, f"from {rests}" if rests else "", source(step.source, found.ontology) if step.axiom else ""]
        why = escape("; ".join(filter(None, said)))
        lines.append(f"{number[step.id]}. {escape(in_words(step.conclusion, found.ontology))} ({why})")
    if found.claims:
        lines += ["", "## Claims", ""]
        lines += [f"- **{claim.id}** {escape(claim.sentence)}" for claim in found.claims]
    return "\n".join(lines) + "\n"


# -- why not


@dataclass(frozen=True)
class EntryWhyNot:
    """Why an entry is in no list: of each claim that would put it there, why it does not apply."""

    id: str
    listed: bool
    claims: tuple[WhyNot, ...]


@dataclass(frozen=True)
class ConceptWhyNot:
    """Why a patient is not known to have something: of each condition about the concept, why it is not met."""

    id: str
    conditions: tuple[ConditionWhyNot, ...]


HinderedBy = WhyNot | EntryWhyNot | ConceptWhyNot


def why_not(assessment: Assessment, identifier: str) -> HinderedBy:
    """What keeps a claim from applying, an entry out of its list, or a condition from being met.

    A condition is named by the code of the concept of which it speaks. Raises NotFound for what is none of these.
    """
    known = assessment.outcomes.by_claim
    if identifier in known:
        return differences.why_not(assessment, identifier)
    claims = differences.claims_for(assessment, identifier)
    if not claims and (conditions := differences.why_not_met(assessment, identifier)):
        return ConceptWhyNot(identifier, conditions)
    if not claims:
        near = closest(identifier, known)
        remedy = "See `warrant claims`."
        raise NotFound(
            [Problem(identifier, "is no claim that depends on a patient, no entry and no condition.", remedy, near)]
        )
    reasons = tuple(differences.why_not(assessment, claim) for claim in claims)
    return EntryWhyNot(identifier, differences.holds(assessment, identifier), reasons)


def why_not_data(assessment: Assessment, found: HinderedBy) -> Data:
    """The answer as JSON: of a claim as the schema `why_not` says, of an entry with one such object a claim."""
    if isinstance(found, ConceptWhyNot):
        codes = assessment.ontology.codes
        rows = [
            {
                "label": one.label,
                "met": one.met,
                "refuted": one.refuted,
                "missing": [[fact.fragment(codes) for fact in facts] for facts in one.missing],
                "blocked_by": list(one.blocks),
            }
            for one in found.conditions
        ]
        return {"id": found.id, "type": CONTRASTIVE, "conditions": rows}
    if isinstance(found, WhyNot):
        return why_not_json(assessment, found)
    claims = [why_not_json(assessment, one) for one in found.claims]
    return {"id": found.id, "type": CONTRASTIVE, "listed": found.listed, "claims": claims}


def why_not_text(found: HinderedBy) -> str:
    """What keeps it: of an entry claim by claim."""
    if isinstance(found, ConceptWhyNot):
        return "".join(map(_why_not_condition, found.conditions))
    if isinstance(found, EntryWhyNot):
        head = f"{found.id}: {'in its list' if found.listed else 'not in its list'}; claims that would put it there:\n"
        return head + "".join(map(_why_not_claim, found.claims))
    return _why_not_claim(found)


def _why_not_condition(found: ConditionWhyNot) -> str:
    lines = [f"{found.label}: {'met' if found.met else 'known not to be so' if found.refuted else 'open'}"]
    lines += [f"  missing: {' and '.join(fact.label for fact in facts)}" for facts in found.missing]
    lines += [f"  known not to be so: {label}" for label in found.blocks]
    return "\n".join(lines) + "\n"


def _why_not_claim(found: WhyNot) -> str:
    """The outcome, readings that part, what is missing, what is asked for and known not to be so: a line each."""
    lines = [f"{found.outcome.claim}: {found.outcome.outcome}"]
    if found.outcome.reason == "reading":
        lines += [f"  holds if it means: {formal}" for formal in found.outcome.holds_in]
        lines += [f"  does not hold if it means: {formal}" for formal in found.outcome.fails_in]
    lines += [f"  missing: {' and '.join(fact.label for fact in facts)}" for facts in found.outcome.missing]
    lines += [f"  known not to be so: {label}" for label in found.blocks]
    return "\n".join(lines) + "\n"


# -- what if


def facts_of(data: object, names: Names, assessment: Assessment, where: str = ROOT) -> PatientFacts:
    """The facts of a fragment of a case, `{"list": ..., "entry": ...}`, or of a list of them, as of the patient's day.

    Raises CaseError with all problems; their paths start at `where`.
    """
    many = isinstance(data, Sequence) and not isinstance(data, str)
    fragments = list(data) if many else [data]  # type: ignore[call-overload]
    places = [f"{where}[{number}]" if many else where for number in range(len(fragments))]
    if not fragments:
        raise CaseError([Problem(where, "has no fact.", FACT)])
    if wrong := [place for place, item in zip(places, fragments, strict=True) if not _is_fragment(item)]:
        raise CaseError([Problem(place, "is no fact.", FACT) for place in wrong])
    case: dict[str, Any] = {"as_of": str(assessment.record.facts.as_of)}
    moved = {}
    for place, item in zip(places, fragments, strict=True):
        entries = case.setdefault(item["list"], [])
        moved[f"$.{item['list']}[{len(entries)}]"] = f"{place}.entry"
        moved[f"$.{item['list']}"] = f"{place}.list"
        entries.append(item["entry"])
    try:
        return CaseReader(names, assessment.record.facts.as_of).read(case)
    except CaseError as error:
        raise CaseError([_moved(problem, moved) for problem in error.problems]) from error


def _is_fragment(item: object) -> bool:
    return isinstance(item, Mapping) and set(item) == {"list", "entry"} and _is_list_of_facts(item["list"])


def _is_list_of_facts(name: object) -> bool:
    return isinstance(name, str) and name not in ("as_of", "sex", "age", "record")


def _moved(problem: Problem, moved: Mapping[str, str]) -> Problem:
    """A problem at its place in the fragment, instead of in the case that the fragment was put in."""
    inside = [
        place for place in moved if problem.where == place or problem.where.startswith((place + ".", place + "["))
    ]
    if not inside:
        return problem
    place = max(inside, key=len)
    return Problem(
        moved[place] + problem.where.removeprefix(place), problem.message, problem.remedy, problem.suggestions
    )


def difference_json(found: Difference) -> Data:
    """Claims by their outcome before and after; ids of the entries that are new or gone."""
    claims = {name: {"before": str(old), "after": str(new)} for name, (old, new) in found.claims.items()}
    return {"type": SIMULATED, "claims": claims, "added": list(found.added), "removed": list(found.removed)}


def difference_text(found: Difference) -> str:
    """One line for each change."""
    lines = [f"{name}: {old} becomes {new}" for name, (old, new) in found.claims.items()]
    lines += [f"new: {name}" for name in found.added] + [f"gone: {name}" for name in found.removed]
    return "\n".join(lines or ["nothing changes"]) + "\n"


def document(data: object) -> bytes:
    """The JSON of an explanation as it is printed and sent."""
    return (dumps(data) + "\n").encode()
