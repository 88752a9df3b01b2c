"""A proof as something to walk: its landmarks in words, from the conclusion to what the record says.

Landmarks are the claims that apply, the situations that claims define, what the patient is found to have, the limits
that values lie beyond, and the facts. The rules in between stand in the full proof (`kg.render.proof_text`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from kg.ontology.compiled import Ontology
from kg.proof.derivations import Conclusion
from kg.proof.proof import Proof, Step
from kg.render.phrases import wording
from kg.render.proof_text import in_words

CLAIM: Final = "claim/"
DEFINED: Final = "cls-int1"
Said = Callable[[Iterable[Conclusion]], tuple[str, ...]]


@dataclass(frozen=True)
class Landmark:
    """A step in words, what it is by, the claim behind it, and the landmarks it rests on.

    `by` is the title of a source that is no claim. What was walked before is named `again`, without what it rests on.
    """

    text: str
    by: str = ""
    claim: str = ""
    because: tuple[Landmark, ...] = ()
    again: bool = False


def walk(proof: Proof, ontology: Ontology, title: str, said: Said) -> Landmark:
    """The landmarks of a proof under its conclusion. `said` puts stated facts into words."""
    walker = _Walker(proof, ontology, said)
    last = proof.steps[-1]
    found = walker.landmark(last)
    claim = found.claim if found else ""
    return Landmark(title, claim=claim, because=walker.below(last, claim))


class _Walker:
    def __init__(self, proof: Proof, ontology: Ontology, said: Said) -> None:
        self.steps = {step.id: step for step in proof.steps}
        self.patient = next((fact.subject for fact in proof.facts if fact.subject.count("/") == 1), "")
        self.ontology, self.said = ontology, said
        self.shown: set[str] = set()

    def below(self, step: Step, claim: str = "") -> tuple[Landmark, ...]:
        """The nearest landmarks under a step, each text once; a fact that stands under one of them is left to it."""
        found: dict[str, Landmark] = {}
        for premise in step.premises:
            for one in self._from(self.steps[premise], claim):
                found.setdefault(one.text, one)
        deeper = {text for one in found.values() for below in one.because for text in _texts(below)}
        return tuple(one for one in found.values() if one.because or one.text not in deeper)

    def _from(self, step: Step, claim: str) -> Iterator[Landmark]:
        """The landmark that a step is, or those under it; `claim` is the one whose conditions are walked."""
        if not step.premises:
            if step.axiom is None:
                yield from (Landmark(text) for text in self.said([step.conclusion]))
            return
        found = self.landmark(step)
        if found is None or (claim and found.claim == claim and step.conclusion.predicate == "type"):
            yield from self.below(step, claim)
        elif step.id in self.shown:
            yield replace(found, again=True)
        else:
            self.shown.add(step.id)
            yield replace(found, because=self.below(step, found.claim))

    def landmark(self, step: Step) -> Landmark | None:
        """A step in words if it is one to stop at, without what it rests on."""
        source, conclusion = step.source, step.conclusion
        claim = source.removeprefix(CLAIM) if source.startswith(CLAIM) else ""
        if conclusion.predicate == "claimApplies":
            name = conclusion.object.removeprefix(CLAIM)
            return Landmark(self.ontology.claims[name].sentence, claim=name)
        if conclusion.predicate != "type":
            return None
        if conclusion.subject == self.patient:
            text = self._held(step)
            if claim and not text:
                text = wording(self.ontology).fits.format(thing=self.ontology.claims[claim].sentence)
            return Landmark(text, claim=claim) if text else None
        if (
            claim
            or conclusion.object in self.ontology.thresholds
            or (source.startswith("interval/") and step.rule == DEFINED)
        ):
            by = "" if claim else self.ontology.label(source)
            return Landmark(self.ontology.label(conclusion.object), by, claim)
        return None

    def _held(self, step: Step) -> str:
        """What the patient has, where a step says that something of a kind is there."""
        premises = [self.steps[name].conclusion for name in step.premises]
        held = [one for one in premises if one.subject == self.patient]
        kinds = [one for one in premises if one.predicate == "type" and one.object in self.ontology.concepts]
        if len(held) != 1 or len(kinds) != 1 or held[0].object != kinds[0].subject:
            return ""
        thing, form = self.ontology.label(kinds[0].object), wording(self.ontology).held.get(held[0].predicate)
        if form is None:
            return in_words(Conclusion(self.patient, held[0].predicate, kinds[0].object), self.ontology)
        return form.format(thing=thing)


def _texts(found: Landmark) -> Iterator[str]:
    yield found.text
    for one in found.because:
        yield from _texts(one)
