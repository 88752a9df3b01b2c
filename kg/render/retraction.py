"""What falls with a source, and the smallest sets of sources that a conclusion rests on, as data and as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass

from kg.assess import Assessment
from kg.errors import InputError, NotFound, Problem
from kg.explanations.retraction import Altered, Remainder, minimal_sources, remainder, retract, sources_of
from kg.render.counterfactuals import explainer_of
from kg.render.data import Data
from kg.render.explanation import names_of_conclusions
from kg.render.explanation_types import SCIENTIFIC, SIMULATED
from kg.render.proof_text import in_words, source
from kg.vocabulary.nearest import closest

STRICT, LENIENT = MODES = ("strict", "lenient")


@dataclass(frozen=True)
class Retraction:
    """A source taken out: the claims that go with it, and the ids of conclusions that fall, with the words of each.

    `left` is what becomes of the entries that stay.
    """

    source: str
    claims: tuple[str, ...]
    fallen: tuple[tuple[str, str], ...]
    conclusions: int
    left: Remainder


@dataclass(frozen=True)
class RestsOn:
    """The minimal sets of sources of a conclusion, each with its words; `partial` where there may be more."""

    id: str
    sets: tuple[tuple[str, ...], ...]
    said: tuple[tuple[str, ...], ...]
    partial: bool


def retraction(assessment: Assessment, identifiers: Sequence[str], mode: str = LENIENT) -> Retraction:
    """What no longer follows without some sources, all at once, and what changes in the entries that stay.

    Ids as `kg.explanations.retraction.sources_of` takes them. `lenient` keeps a claim that cites something else too,
    `strict` does not. Raises InputError for anything else.
    """
    if mode not in MODES or not identifiers:
        raise InputError([Problem("mode", f"{mode!r} is not one of {', '.join(MODES)}", "Name sources and a mode.")])
    named = [sources_of(assessment.ontology, one, mode == STRICT) for one in identifiers]
    gone, identifier = frozenset().union(*named), ", ".join(identifiers)
    fallen = retract(explainer_of(assessment, identifier).derivations, gone)
    known = [(name, assessment.conclusion(name)) for name in names_of_conclusions(assessment)]
    words = [(name, in_words(one, assessment.ontology)) for name, one in known if one in fallen]
    claims = tuple(sorted(name.removeprefix("claim/") for name in gone if name.startswith("claim/")))
    return Retraction(identifier, claims, tuple(words), len(known), remainder(assessment, fallen))


def retraction_json(found: Retraction) -> Data:
    """The source, the claims that go with it, the ids that fall, how many conclusions there are in all.

    `altered` are fields of entries that stay, `order` the lists whose order is another, each before and after.
    """
    return {
        "type": SIMULATED,
        "retracted": found.source,
        "claims": list(found.claims),
        "fallen": [name for name, _ in found.fallen],
        "conclusions": found.conclusions,
        "altered": [_altered(one) for one in found.left.altered],
        "order": {
            name: {"before": list(before), "after": list(after)} for name, (before, after) in found.left.order.items()
        },
        "appeared": list(found.left.appeared),
    }


def _altered(one: Altered) -> Data:
    return {"id": one.id, "field": one.field, "before": _data(one.before), "after": _data(one.after)}


def _data(value: object) -> object:
    """A field of an entry as JSON data."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, tuple):
        return [_data(item) for item in value]
    return str(value) if value is not None else None


def retraction_text(found: Retraction) -> str:
    """A line in sum, one for each conclusion that falls, and one for each change in what stays."""
    lines = [
        f"without {found.source} ({len(found.claims)} of the claims): "
        f"{len(found.fallen)} of {found.conclusions} conclusions fall",
        *(f"  gone: {name}: {words}" for name, words in found.fallen),
    ]
    lines += [f"  {one.id}: {one.field} was {_said(one.before)}, is {_said(one.after)}" for one in found.left.altered]
    lines += [f"  order of {name}: {', '.join(after)}" for name, (_, after) in found.left.order.items()]
    lines += [f"  new: {name}" for name in found.left.appeared]
    return "\n".join(lines) + "\n"


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_said, value)) or "nothing"
    return str(getattr(value, "text", getattr(value, "label", value))) or "nothing"


def rests_on(assessment: Assessment, identifier: str) -> RestsOn:
    """The minimal sets of sources of a claim that applies or is excluded, or of an entry. Raises NotFound."""
    explainer, conclusion = explainer_of(assessment, identifier), assessment.conclusion(identifier)
    if conclusion is None:
        near = closest(identifier, names_of_conclusions(assessment))
        raise NotFound([Problem(identifier, "does not follow for this patient.", "Ask for what follows.", near)])
    found = minimal_sources(explainer, conclusion)
    sets = tuple(tuple(sorted(one)) for one in found.sets)
    said = tuple(tuple(source(name, assessment.ontology) for name in one) for one in sets)
    return RestsOn(identifier, sets, said, found.partial)


def rests_on_json(found: RestsOn) -> Data:
    """The sets as lists of sources."""
    return {"id": found.id, "type": SCIENTIFIC, "sets": [list(one) for one in found.sets], "partial": found.partial}


def rests_on_text(found: RestsOn) -> str:
    """The sets, numbered, a source a line."""
    lines = [f"{found.id} rests on {'any of these sets' if len(found.said) > 1 else 'this set'} of sources"]
    for number, one in enumerate(found.said, 1):
        lines += [f"set {number}", *(f"  {said}" for said in one)]
    return "\n".join([*lines, *(["there may be more sets"] if found.partial else [])]) + "\n"
