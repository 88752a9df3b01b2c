"""Lists of names: what is like what, and what a word behind a list says of each."""

from __future__ import annotations

from collections.abc import Sequence

from kg.ontology.compiled import Ontology
from kg.readers.text.marks import Mark
from kg.readers.text.named import TREATMENTS, NamedConcept


def group_of(ontology: Ontology, named: NamedConcept) -> str:
    """What kind of thing a name stands for, as lists of like things have it."""
    if named.concept is None:
        return "sign"
    kind = named.concept.kind
    if kind == "analyte" or (kind == "finding" and _on_a_scale(ontology, named.concept.name)):
        return "counted"
    return "treatment" if kind in TREATMENTS else kind


def _on_a_scale(ontology: Ontology, name: str) -> bool:
    related = (*ontology.descendants(name), *ontology.ancestors(name))
    return any(ontology.concepts[other].axis for other in related)


def mark_behind(ontology: Ontology, names: Sequence[NamedConcept], mark: Mark, negative: bool) -> None:
    """Mark the last name, those that `and` or `or` joins to it, and, but for kin, the list before them.

    What is `negative` may be a disease or its test in one list; of a list that a denial closes, another kind of
    thing is uncertain.
    """
    joined, group = True, group_of(ontology, names[-1])
    names[-1].marks.discard(Mark.UNCLEAR)
    listed = names[-1].join in ("and", "or") and mark != Mark.FAMILY
    marks = {mark, Mark.TESTED} if negative else {mark}
    for named in reversed(names):
        if joined or (listed and (negative or group_of(ontology, named) == group)):
            named.marks |= marks
        elif listed and mark == "negated":
            named.marks.add(Mark.UNCLEAR)
        joined = joined and (named.join in ("and", "or", "/") or any(_around(other, named) for other in names))


def _around(outer: NamedConcept, inner: NamedConcept) -> bool:
    """Whether a name stands inside another one."""
    return outer is not inner and outer.token.start <= inner.token.start and inner.token.end <= outer.token.end


def end_of_list(names: Sequence[NamedConcept], all_of_it: bool) -> None:
    """`A, B, completed` ends both; of `A, B, stopped` only B is sure to have ended."""
    names[-1].marks.add(Mark.ENDED)
    for named in names[:-1]:
        if named.treats:
            named.marks.add(Mark.ENDED if all_of_it else Mark.UNCLEAR)
