"""An independent checker: takes a proof and the ontology's files and accepts or rejects.

It imports nothing of the engine. It reads the axioms from the Turtle itself, writes each as text, and holds every step
against the axiom that it names: OWL 2 RL/RDF (W3C, section 4.3) for the rules, plus bounds of decimals and counting.
What is shown beside a proof is judged as well: sentences, passages, markers and their states, other justifications.
A proof is data (the JSON form): nothing in it is believed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from kg.proof.axiom_files import BASE, MEMBERS, NOTHING, OWL, RDF, RDFS, AxiomFiles, AxiomText, Triple, holds
from kg.proof.citations import Citations
from kg.proof.conclusion_names import ConclusionNames
from kg.proof.last_steps import ways_to
from kg.proof.least_model import LeastModels

FACTS: Final = ("stated", "computed", "asserted absent", "about the record")
OF_CLASSES: Final = ("cax-sco", "cls-int1", "cls-svf1", "cls-hv2", "cls-minqc", "dt-facet")
RULES: Final[Mapping[str, tuple[str, ...]]] = {
    RDFS + "subClassOf": OF_CLASSES,
    OWL + "equivalentClass": OF_CLASSES,
    RDFS + "subPropertyOf": ("prp-spo1", "prp-inv"),
    OWL + "propertyChainAxiom": ("prp-spo2",),
    OWL + "inverseOf": ("prp-inv",),
    RDFS + "domain": ("prp-dom",),
    RDFS + "range": ("prp-rng",),
    OWL + "disjointWith": ("cax-dw",),
    MEMBERS: ("cax-adc",),
}
SENTENCES: Final[Mapping[str, str]] = {
    "stated": "{}: stated in the record",
    "computed": "{}: computed from what the record states",
    "asserted absent": "{}: the record states the absence",
    "about the record": "{}: true of the record",
    "ontology": "{}: asserted in the ontology",
    "cax-sco": "{}, since {}",
    "cls-int1": "{}, since all parts hold of {}",
    "cls-svf1": "{}, since there is such a link: {}",
    "cls-hv2": "{}, since it has this value: {}",
    "cls-minqc": "{}, since there are enough different ones: {}",
    "dt-facet": "{}, since the value is on this side of the limit: {}",
    "prp-spo1": "{}, since {}",
    "prp-spo2": "{}, by the chain {}",
    "prp-inv": "{}, the other way round: {}",
    "prp-dom": "{}, since whatever has it is one: {}",
    "prp-rng": "{}, since whatever it leads to is one: {}",
    "cax-dw": "{}, since these exclude each other: {}",
    "cax-adc": "{}, since these exclude each other: {}",
}
STEP: Final = frozenset({"id", "conclusion", "rule", "axiom", "premises", "sentence", "source"})
PROOF: Final = frozenset({"conclusion", "steps", "facts", "justification", "alternatives", "partial"})
EXPLANATION: Final = PROOF | {"id", "type", "proof", "sentence", "justifications", "sources"}


TYPE: Final = "https://purl.org/heals/eo#TraceBasedExplanation"


class Rejected(Exception):
    """The proof does not hold: at which step, and why."""


class Checker:
    """Holds proofs against the Turtle files of an ontology."""

    def __init__(self, files: Iterable[Path] | AxiomFiles) -> None:
        self.files = files if isinstance(files, AxiomFiles) else AxiomFiles(files)
        self.citations, self.names = Citations(self.files), ConclusionNames(self.files)

    @cached_property
    def models(self) -> LeastModels:
        """What follows from facts by all axioms of the files."""
        return LeastModels(self.files)

    # -- a whole proof

    def check(self, proof: Mapping[str, Any], facts: Iterable[Sequence[str]] | None = None) -> None:
        """Accept silently, or raise Rejected. With `facts`, every fact leaf must be among them."""
        try:
            self._check(proof, None if facts is None else {tuple(fact) for fact in facts}, PROOF)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise Rejected(f"not in the form of a proof: {error!r}") from error

    def check_explanation(self, found: Mapping[str, Any], facts: Iterable[Sequence[str]]) -> None:
        """The same for an explanation of a conclusion as `warrant explain --format json` writes it."""
        given = {tuple(fact) for fact in facts}
        try:
            self._check(found, given, EXPLANATION)
            self._named(found)
            self._cited(found)
            self._justified(found, given)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise Rejected(f"not in the form of an explanation: {error!r}") from error

    def _check(self, proof: Mapping[str, Any], given: set[tuple[str, ...]] | None, fields: frozenset[str]) -> None:
        known: dict[str, Triple] = {}
        steps = proof["steps"]
        if not steps or list(steps[-1]["conclusion"]) != list(proof["conclusion"]):
            raise Rejected("the last step is not the conclusion")
        for step in steps:
            self.check_step(step, known, given)
            if set(step) != STEP or step["sentence"] != _sentence(step):
                raise Rejected(f"step {step['id']}: its fields or its sentence are not those of its rule and axiom")
        _all_used(steps)
        leaves = [list(step["conclusion"]) for step in steps if step["rule"] in FACTS]
        if leaves != [list(fact) for fact in proof["facts"]]:
            raise Rejected("the facts named are not the leaves of the steps")
        if sorted({step["axiom"] for step in steps if step["axiom"]}) != list(proof["justification"]):
            raise Rejected("the justification is not the axioms of the steps")
        if set(proof) != fields:
            raise Rejected(f"its fields are not {', '.join(sorted(fields))}")
        self._counted(proof, given)

    def _counted(self, proof: Mapping[str, Any], given: set[tuple[str, ...]] | None) -> None:
        """The number of ways in which the last step can be made, where the facts are known."""
        number, partial = proof["alternatives"], proof["partial"]
        if type(number) is not int or type(partial) is not bool or number < 1:
            raise Rejected(f"{number!r} alternatives ({partial!r} partial) are no number of ways")
        if given is None:
            return
        conclusion: Triple = tuple(proof["conclusion"])
        found = self.models.of(given)  # type: ignore[arg-type]
        ways = (conclusion in given) + len(ways_to(self.models, found, conclusion))
        if ways < number or partial is not (ways > number):
            raise Rejected(f"there are {ways} ways to the conclusion, not {number}")

    # -- one step

    def check_step(self, step: Mapping[str, Any], known: dict[str, Triple], given: set[tuple[str, ...]] | None) -> None:
        """One step over those in `known`, to which it is added. Raises Rejected."""
        conclusion: Triple = tuple(step["conclusion"])
        where = f"step {' '.join(conclusion)}"
        content = "\n".join((*conclusion, step["rule"], step["axiom"] or "", *sorted(step["premises"])))
        if step["id"] != "sha256:" + hashlib.sha256(content.encode()).hexdigest():
            raise Rejected(f"{where}: its id is not the hash of its content")
        if missing := [premise for premise in step["premises"] if premise not in known]:
            raise Rejected(f"{where}: {len(missing)} of its premises stand nowhere before it")
        if len(set(step["premises"])) != len(step["premises"]) or step["id"] in known:
            raise Rejected(f"{where}: it, or one of its premises, stands there twice")
        premises = {known[premise] for premise in step["premises"]}
        if step["rule"] in FACTS:
            if step["axiom"] is not None or premises or (given is not None and conclusion not in given):
                raise Rejected(f"{where}: is no fact of this patient")
            if step["source"] != "record":
                raise Rejected(f"{where}: the source of a fact is the record, not {step['source']}")
        else:
            self._inference(step, conclusion, premises, where)
        known[step["id"]] = conclusion

    def _inference(self, step: Mapping[str, Any], conclusion: Triple, premises: set[Triple], where: str) -> None:
        axiom = self.files.axioms.get(step["axiom"] or "")
        if axiom is None:
            raise Rejected(f"{where}: the ontology has no such axiom: {step['axiom']}")
        if step["source"] != axiom.source:
            raise Rejected(f"{where}: the source is {axiom.source}, not {step['source']}")
        if step["rule"] not in RULES.get(axiom.predicate, ("ontology",)):
            raise Rejected(f"{where}: {step['rule']} is no rule for {step['axiom']}")
        excluding = self.files.excluding(axiom)
        follows = (
            _excluded(excluding, conclusion, premises) if excluding else self._follows(axiom, conclusion, premises)
        )
        if not follows:
            raise Rejected(f"{where}: does not follow from its premises by {step['axiom']}")

    def _follows(self, axiom: AxiomText, conclusion: Triple, premises: set[Triple]) -> bool:
        s, p, o = conclusion
        subject, target = axiom.subject.removeprefix(BASE), axiom.object.removeprefix(BASE)
        match axiom.predicate:
            case predicate if predicate == RDFS + "subClassOf":
                return (p, o) in self.files.heads(axiom.object) and self._holds(axiom.subject, s, premises)
            case predicate if predicate == OWL + "equivalentClass":
                return (p, o) in self.files.heads(axiom.subject) and self._holds(axiom.object, s, premises)
            case predicate if predicate == RDFS + "subPropertyOf":
                inverse = self.files.one(axiom.subject, OWL + "inverseOf").removeprefix(BASE)
                return p == target and ((o, inverse, s) if inverse else (s, subject, o)) in premises
            case predicate if predicate == OWL + "propertyChainAxiom":
                first, second = (link.removeprefix(BASE) for link in self.files.members(axiom.object))
                return p == subject and any(
                    (s, first, y) in premises and (y, second, o) in premises for _, _, y in premises
                )
            case predicate if predicate == OWL + "inverseOf":
                pairs = ((subject, target), (target, subject))
                return any(p == left and (o, right, s) in premises for left, right in pairs)
            case predicate if predicate == RDFS + "domain":
                return p == "type" and o == target and any(a == s and b == subject for a, b, _ in premises)
            case predicate if predicate == RDFS + "range":
                return p == "type" and o == target and any(c == s and b == subject for _, b, c in premises)
            case predicate:
                return not premises and conclusion == (subject, predicate.removeprefix(RDF).removeprefix(BASE), target)

    def _holds(self, node: str, s: str, premises: set[Triple]) -> bool:
        """Whether the premises alone make `s` an instance of a class expression."""
        ends: dict[tuple[str, str], list[str]] = defaultdict(list)
        for a, p, o in premises:
            ends[a, p].append(o)

        def differ(left: str, right: str) -> bool:
            return (left, "differentFrom", right) in premises or (right, "differentFrom", left) in premises

        return holds(self.files.expression(node), s, lambda a, p: ends.get((a, p), []), differ)

    # -- what is shown beside the steps

    def _named(self, found: Mapping[str, Any]) -> None:
        """The id must be one of the conclusion, the proof's id its last step's, the sentence its words."""
        conclusion = tuple(found["conclusion"])
        if found["id"] not in self.names.ids(conclusion):
            raise Rejected(f"{found['id']} is no name of {' '.join(conclusion)}")
        if found["type"] != TYPE:
            raise Rejected(f"it is of another type than {TYPE}")
        if found["proof"] != found["steps"][-1]["id"]:
            raise Rejected("the proof's id is not that of its last step")
        if found["sentence"] != self.names.words(conclusion):
            raise Rejected(f"the sentence does not say what is concluded: {self.names.words(conclusion)}")

    def _cited(self, found: Mapping[str, Any]) -> None:
        """The sources must be those of the claims that the steps come from, as the files have them."""
        sources = {step["source"] for step in found["steps"]}
        claims = sorted(name.removeprefix("claim/") for name in sources if name.startswith("claim/"))
        if _typed(found["sources"]) != _typed([self.citations.source(claim) for claim in claims]):
            raise Rejected("the passages or markers are not those of the claims that the steps come from")

    def _justified(self, found: Mapping[str, Any], given: set[tuple[str, ...]]) -> None:
        """Every justification must entail the conclusion, no part of it may. That there are no more is not judged."""
        conclusion, seen = tuple(found["conclusion"]), set()
        for leaves in found["justifications"]:
            where = f"a justification of {len(leaves)} elements"
            if list(leaves) != sorted(set(leaves)) or tuple(leaves) in seen:
                raise Rejected(f"{where} stands there twice, or is not in order")
            seen.add(tuple(leaves))
            facts = [fact for fact in given if " ".join(fact) in leaves]
            if len(facts) + len(self.files.axioms.keys() & set(leaves)) != len(leaves):
                raise Rejected(f"{where} names what is neither a fact of the patient nor an axiom")
            if not self._entails(leaves, facts, conclusion):
                raise Rejected(f"{where} does not entail the conclusion")
            if any(self._entails([other for other in leaves if other != leaf], facts, conclusion) for leaf in leaves):
                raise Rejected(f"{where} entails the conclusion with one element less")
        if not found["partial"] and not seen:
            raise Rejected("a conclusion has at least one justification")

    def _entails(self, leaves: Sequence[str], facts: Sequence[tuple[str, ...]], conclusion: tuple[str, ...]) -> bool:
        some = [fact for fact in facts if " ".join(fact) in leaves]
        return conclusion in LeastModels(self.files, leaves).of(some)  # type: ignore[arg-type]


def _excluded(classes: Sequence[str], conclusion: Triple, premises: set[Triple]) -> bool:
    """Whether something is of two of the classes, so that it cannot be."""
    held = [name for name in classes if (conclusion[0], "type", name) in premises]
    return conclusion[1:] == ("type", NOTHING) and len(held) > 1


def _sentence(step: Mapping[str, Any]) -> str:
    return SENTENCES[step["rule"]].format(" ".join(step["conclusion"]), step["axiom"])


def _all_used(steps: Sequence[Mapping[str, Any]]) -> None:
    """Every step but the last must be a premise of a later one."""
    used = {premise for step in steps for premise in step["premises"]}
    if idle := [step["id"] for step in steps[:-1] if step["id"] not in used]:
        raise Rejected(f"step {idle[0]}: nothing rests on it")


def _typed(data: object) -> object:
    """Data with the types of its numbers and truth values, which compare as equal otherwise."""
    if isinstance(data, Mapping):
        return {name: _typed(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_typed(value) for value in data]
    return type(data).__name__, data
