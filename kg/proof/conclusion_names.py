"""The ids and the words of conclusions, by an independent checker's reading of the ontology's files.

patient claimApplies claim/A0-39            A0-39
patient hasNextStep X                       next_step:<code of X>
patient hasAlert alert/KIND/CODE            alert:KIND:CODE
patient precautionFor claim/A0-51           <list>:<code> of whatever the claim concludes, also `:precautionary`
patient holdsInReading claim/A0-13/reading/1    the same, also `:wider_reading`
patient hasAbsent X, hasEstablished X       differential:<code of X>
patient hasKnownExplanation X               differential:<code of X or of what is below it>
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final

from kg.proof.axiom_files import BASE, OWL, RDFS, AxiomFiles, Triple

NOTATION: Final = "http://www.w3.org/2004/02/skos/core#notation"
OF_CLAIMS: Final = ("claimApplies", "claimExcluded")
OF_STATES: Final = ("hasAbsent", "hasEstablished", "hasKnownExplanation")
IN_PART: Final = ("precautionFor", "holdsInReading")


class ConclusionNames:
    """Names conclusions over the files of one ontology."""

    def __init__(self, files: AxiomFiles) -> None:
        self.files = files

    def code(self, concept: str) -> str:
        """The vocabulary's code of a concept."""
        return self.files.one(BASE + concept, NOTATION)

    @cached_property
    def lists(self) -> dict[str, str]:
        """Property of a patient such as `hasNextStep` → the list that it fills."""
        found = {}
        for subject, predicates in self.files.spo.items():
            for chain in predicates.get(OWL + "propertyChainAxiom", ()):
                first, last = (link.removeprefix(BASE) for link in self.files.members(chain))
                if first == "claimApplies":
                    found[subject.removeprefix(BASE)] = self._listed[last]
        return found

    @cached_property
    def _listed(self) -> dict[str, str]:
        """Predicate of a claim → the list that its targets belong in."""
        tops = {
            name.removeprefix(BASE): listed
            for name, rows in self.files.spo.items()
            for listed in rows.get(BASE + "listedAs", ())
        }
        under = {
            name.removeprefix(BASE): tops[top.removeprefix(BASE)]
            for name, rows in self.files.spo.items()
            for top in rows.get(RDFS + "subPropertyOf", ())
            if top.removeprefix(BASE) in tops
        }
        return {**tops, **under}

    def entries(self, claim: str) -> Iterator[tuple[str, str]]:
        """List and concept of everything that a claim concludes."""
        for predicate, values in self.files.spo.get(f"{BASE}claim/{claim}", {}).items():
            if listed := self._listed.get(predicate.removeprefix(BASE)):
                yield from ((listed, value.removeprefix(BASE)) for value in values)

    def ids(self, conclusion: Triple) -> tuple[str, ...]:
        """The ids that a conclusion may go by; none for what is no conclusion of an assessment."""
        _, predicate, value = conclusion
        claim = value.removeprefix("claim/").partition("/")[0]
        if predicate in OF_CLAIMS:
            return (claim,)
        if predicate == "hasAlert":
            return (value.replace("/", ":"),)
        if predicate in OF_STATES:
            concepts = self._below(value) if predicate == "hasKnownExplanation" else {value}
            return tuple(sorted(f"differential:{self.code(concept)}" for concept in concepts))
        if predicate in self.lists:
            return (f"{self.lists[predicate].removesuffix('s')}:{self.code(value)}",)
        if predicate in IN_PART:
            names = [f"{listed.removesuffix('s')}:{self.code(concept)}" for listed, concept in self.entries(claim)]
            suffix = ":precautionary" if predicate == "precautionFor" else ":wider_reading"
            return (*names, *(name + suffix for name in names))
        return ()

    def _below(self, concept: str) -> set[str]:
        """A concept and everything below it."""
        found, todo = {concept}, [concept]
        while todo:
            new = set(self.files.own(todo.pop(), "hasNarrower")) - found
            found |= new
            todo += new
        return found

    def words(self, conclusion: Triple) -> str:
        """A conclusion with labels for names."""
        s, p, o = conclusion
        if p == "type":
            return f"{self._name(s)}: {self._name(o)}"
        return f"{self._name(s)} {self.files.label(p)} {self._name(o)}"

    def _name(self, name: str) -> str:
        kind, _, rest = name.partition("/")
        if kind == "claim":
            return rest.replace("/reading/", ", reading ")
        return self._of_patient(rest) if kind == "patient" else self.files.label(name)

    def _of_patient(self, rest: str) -> str:
        """`hasDiagnosis-Lymphoma` is the recorded one, `Hemoglobin-2026-02-01` the value of that day."""
        _, _, part = rest.partition("/")
        if not part:
            return "patient"
        first, _, what = part.partition("/")[0].partition("-")
        is_concept = bool(self.files.own(first, "conceptKind"))
        return f"«{self.files.label(first)} {what}»" if is_concept else f"«{self.files.label(what)}»"
