"""What falls with a source, and the smallest sets of sources that a conclusion rests on, as data and as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg.assess import Assessment, explore
from kg.errors import InputError, NotFound, Problem
from kg.proof.proof import Explainer
from kg.render.data import Data
from kg.render.explanation import names_of_conclusions
from kg.render.proof_text import in_words, source
from kg.vocabulary.nearest import closest

STRICT, LENIENT = MODES = ("strict", "lenient")


@dataclass(frozen=True)
class Retraction:
    """A source taken out: the claims that go with it, and the ids of conclusions that fall, with the words of each."""

    source: str
    claims: tuple[str, ...]
    fallen: tuple[tuple[str, str], ...]
    conclusions: int


@dataclass(frozen=True)
class RestsOn:
    """The minimal sets of sources of a conclusion, each with its words; `partial` where there may be more."""

    id: str
    sets: tuple[tuple[str, ...], ...]
    said: tuple[tuple[str, ...], ...]
    partial: bool


def retraction(assessment: Assessment, identifiers: Sequence[str], mode: str = LENIENT) -> Retraction:
    """What no longer follows without some sources, all at once.

    Ids as `kg.assess.explore.sources_of` takes them. `lenient` keeps a claim that cites something else too, `strict`
    does not. Raises InputError for anything else.
    """
    if mode not in MODES or not identifiers:
        raise InputError([Problem("mode", f"{mode!r} is not one of {', '.join(MODES)}", "Name sources and a mode.")])
    named = [explore.sources_of(assessment.ontology, one, mode == STRICT) for one in identifiers]
    gone, identifier = frozenset().union(*named), ", ".join(identifiers)
    fallen = explore.retract(_explainer(assessment, identifier).derivations, gone)
    known = [(name, assessment.conclusion(name)) for name in names_of_conclusions(assessment)]
    words = [(name, in_words(one, assessment.ontology)) for name, one in known if one in fallen]
    claims = tuple(sorted(name.removeprefix("claim/") for name in gone if name.startswith("claim/")))
    return Retraction(identifier, claims, tuple(words), len(known))


def retraction_json(found: Retraction) -> Data:
    """The source, the claims that go with it, the ids that fall, and how many conclusions there are in all."""
    return {
        "retracted": found.source,
        "claims": list(found.claims),
        "fallen": [name for name, _ in found.fallen],
        "conclusions": found.conclusions,
    }


def retraction_text(found: Retraction) -> str:
    """A line in sum, and one for each conclusion that falls."""
    lines = [
        f"without {found.source} ({len(found.claims)} of the claims): "
        f"{len(found.fallen)} of {found.conclusions} conclusions fall",
        *(f"  gone: {name}: {words}" for name, words in found.fallen),
    ]
    return "\n".join(lines) + "\n"


def rests_on(assessment: Assessment, identifier: str) -> RestsOn:
    """The minimal sets of sources of a claim that applies or is excluded, or of an entry. Raises NotFound."""
    explainer, conclusion = _explainer(assessment, identifier), assessment.conclusion(identifier)
    if conclusion is None:
        near = closest(identifier, names_of_conclusions(assessment))
        raise NotFound([Problem(identifier, "does not follow for this patient.", "Ask for what follows.", near)])
    found = explore.minimal_sources(explainer, conclusion)
    sets = tuple(tuple(sorted(one)) for one in found.sets)
    said = tuple(tuple(source(name, assessment.ontology) for name in one) for one in sets)
    return RestsOn(identifier, sets, said, found.partial)


def rests_on_json(found: RestsOn) -> Data:
    """The sets as lists of sources."""
    return {"id": found.id, "sets": [list(one) for one in found.sets], "partial": found.partial}


def rests_on_text(found: RestsOn) -> str:
    """The sets, numbered, a source a line."""
    lines = [f"{found.id} rests on {'any of these sets' if len(found.said) > 1 else 'this set'} of sources"]
    for number, one in enumerate(found.said, 1):
        lines += [f"set {number}", *(f"  {said}" for said in one)]
    return "\n".join([*lines, *(["there may be more sets"] if found.partial else [])]) + "\n"


def _explainer(assessment: Assessment, identifier: str) -> Explainer:
    if assessment.explainer is None:
        raise InputError([Problem(identifier, "has no proof: HermiT gives none.", "Assess with the engine.")])
    return assessment.explainer
