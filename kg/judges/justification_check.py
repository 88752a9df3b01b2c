"""HermiT judges justifications: what the engine calls a minimal reason entails the conclusion, and no part of it does.

Sampled are conclusions of invented patients, one justification of each. Its facts and axioms alone go to HermiT: the
axioms as the checker reads them from the files, so that the engine's own reading plays no part. A justification is
sound if HermiT entails the conclusion from it, and minimal if HermiT no longer does with any one element left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, zip_longest
from random import Random
from typing import Final

from kg.judges.hermit import Entailment, Hermit, JustificationQuestion
from kg.judges.patients import InventedPatient, Target, drawn, targeted
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.proof.axiom_files import BASE, OWL, RDF, XSD, AxiomFiles
from kg.proof.derivations import Conclusion
from kg.proof.engine_trace import derivations
from kg.proof.proof import Explainer, ProofLeaf
from kg.reasoner.closure import inferred_properties
from kg.reasoner.engine import Engine
from kg.record.assertions import record

LARGE: Final = 8
A_CALL: Final = 50
SIDES: Final = 2
TYPED: Final = {
    XSD + "minInclusive": XSD + "decimal",
    XSD + "minExclusive": XSD + "decimal",
    XSD + "maxInclusive": XSD + "decimal",
    XSD + "maxExclusive": XSD + "decimal",
    OWL + "minQualifiedCardinality": XSD + "nonNegativeInteger",
}
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Sample:
    """A conclusion of a patient, one justification of it, and the patient as JSON for `warrant assess`."""

    patient: str
    conclusion: Conclusion
    elements: tuple[ProofLeaf, ...]
    case: str


@dataclass(frozen=True)
class Judged:
    """A sample, and what HermiT says of it."""

    sample: Sample
    found: Entailment

    @property
    def sound(self) -> bool:
        """The elements are consistent and entail the conclusion."""
        return self.found.consistent and self.found.entailed

    @property
    def minimal(self) -> bool:
        """Without any one element they no longer do."""
        return not any(self.found.without)

    def __str__(self) -> str:
        spare = [leaf.text for leaf, still in zip(self.sample.elements, self.found.without, strict=True) if still]
        wrong = "" if self.sound else " not entailed by its justification;"
        needless = f" not needed: {spare}" if spare else ""
        return f"{self.sample.patient}: {self.sample.conclusion}:{wrong}{needless}\n    {self.sample.case}"


@dataclass(frozen=True)
class JustificationVerdict:
    """What came of it. `asked` is the number of justifications that were to be sampled; seconds in all."""

    asked: int
    judged: tuple[Judged, ...]
    seconds: float

    @property
    def large(self) -> int:
        """Justifications of LARGE elements or more."""
        return sum(len(item.sample.elements) >= LARGE for item in self.judged)

    @property
    def failed(self) -> tuple[Judged, ...]:
        return tuple(item for item in self.judged if not (item.sound and item.minimal))

    @property
    def agreed(self) -> bool:
        """Whether as many were judged as asked, a quarter of them large, and all are sound and minimal."""
        return len(self.judged) == self.asked and 4 * self.large >= self.asked and not self.failed

    def summary(self) -> str:
        """The verdict in counts, with every failure."""
        whole = len(self.judged)
        sizes = [len(item.sample.elements) for item in self.judged]
        lines = [
            f"{whole} of {self.asked} justifications of {len({item.sample.patient for item in self.judged})} patients, "
            f"{min(sizes, default=0)} to {max(sizes, default=0)} elements, {self.large} with {LARGE} or more",
            f"sound by HermiT: {sum(item.sound for item in self.judged)} of {whole}",
            f"minimal by HermiT: {sum(item.minimal for item in self.judged)} of {whole}, "
            f"{sum(sizes)} elements left out one at a time",
            f"{self.seconds:.1f} s",
            *map(str, self.failed),
        ]
        return "\n".join(lines)


def judge_justifications(
    ontology: Ontology,
    count: int,
    seed: int,
    progress: Progress | None = None,
    engine: Engine | None = None,
    targets: Sequence[Target] | None = None,
) -> JustificationVerdict:
    """Samples so many justifications, half of them large where there are any, and has HermiT judge each.

    `progress` is told the justifications done and their number. `targets` are the patients built for claims, where
    they are at hand already.
    """
    started = time.perf_counter()
    engine = engine or Engine(ontology)
    built = targeted(ontology, engine) if targets is None else targets
    samples = tuple(sampled(ontology, engine, built, count, seed))
    writer = NTriplesWriter(ontology)
    calls = [samples[first : first + A_CALL] for first in range(0, len(samples), A_CALL)]
    hermit, judged = Hermit(ontology), list[Judged]()
    with ThreadPoolExecutor(SIDES) as pool:
        answers = pool.map(lambda call: hermit.entailments(tuple(map(writer.question, call))), calls)
        for call, found in zip(calls, answers, strict=True):
            judged += map(Judged, call, found)
            if progress:
                progress(len(judged), len(samples))
    return JustificationVerdict(count, tuple(judged), time.perf_counter() - started)


# -- the sample


def sampled(ontology: Ontology, engine: Engine, targets: Sequence[Target], count: int, seed: int) -> Iterator[Sample]:
    """Justifications of invented patients, in turn of any size and of LARGE elements or more, up to a number."""
    taken = 0
    properties = frozenset(inferred_properties(ontology))
    for patient in _patients(ontology, targets, count, seed):
        random = Random(f"{seed} {patient.purpose}")
        for sample in _of_patient(ontology, engine, properties, patient, random):
            if taken < count:
                taken += 1
                yield sample
        if taken == count:
            return


def _patients(ontology: Ontology, targets: Sequence[Target], count: int, seed: int) -> Iterable[InventedPatient]:
    """Patients drawn at random and patients built for claims, by turns; the seed says with which it begins."""
    random = Random(seed)
    built = [target.patient for target in random.sample(list(targets), len(targets))]
    pairs = zip_longest(built, drawn(ontology, count, seed))
    return filter(None, chain.from_iterable(pairs))


def _of_patient(
    ontology: Ontology, engine: Engine, properties: frozenset[str], patient: InventedPatient, random: Random
) -> Iterator[Sample]:
    """One justification of any conclusion, clashes included, and a large one of another."""
    stated = record(ontology, patient.facts)
    explainer = Explainer(derivations(engine, engine.saturate(stated)))
    listed = sorted(item for item in explainer.derivations.depth if item.predicate in properties)
    chosen = random.sample(listed, len(listed))
    any_size = large = True
    for conclusion in chosen:
        elements = random.choice(explainer.justifications(conclusion))
        wanted = large if len(elements) >= LARGE else False
        if wanted:
            large = False
        elif any_size:
            wanted, any_size = True, False
        if wanted:
            yield Sample(patient.purpose, conclusion, tuple(sorted(elements)), patient.case)
        if not (any_size or large):
            return


# -- what HermiT is given


class NTriplesWriter:
    """Facts and axioms of justifications as N-Triples."""

    def __init__(self, ontology: Ontology) -> None:
        self.files = AxiomFiles(ontology.files)
        self.declared = {
            name: f"<{name}> <{RDF}type> <{OWL}{kind}> .\n"
            for kind in ("ObjectProperty", "DatatypeProperty")
            for name in ontology.index.subjects(RDF + "type", OWL + kind)
        }

    def question(self, sample: Sample) -> JustificationQuestion:
        """What is asked of HermiT about a sample."""
        subject, predicate, value = sample.conclusion
        asked = (BASE + subject, RDF + "type" if predicate == "type" else BASE + predicate, BASE + value)
        return JustificationQuestion("".join(self.declared.values()), tuple(map(self.element, sample.elements)), asked)

    def element(self, leaf: ProofLeaf) -> str:
        """A fact of the patient, or an axiom with the expressions in it."""
        if not leaf.source:
            return _fact(*leaf.text.split(" "))
        axiom = self.files.axioms[leaf.text]
        nodes = (node for node in (axiom.subject, axiom.object))
        return "".join([_triple(axiom.subject, axiom.predicate, axiom.object), *map(self._expression, nodes)])

    def _expression(self, node: str) -> str:
        """The triples of a class expression or a chain."""
        if not node.startswith("_:"):
            return ""
        rows = [(p, o) for p, values in self.files.spo[node].items() for o in values]
        return "".join(_triple(node, p, o) + self._expression(o) for p, o in rows)


def _fact(subject: str, predicate: str, value: str) -> str:
    if predicate in terms.BOUNDS:
        return f'<{BASE}{subject}> <{BASE}{predicate}> "{value}"^^<{XSD}decimal> .\n'
    words = {"type": RDF + "type", "differentFrom": OWL + "differentFrom"}
    return _triple(BASE + subject, words.get(predicate, BASE + predicate), BASE + value)


def _triple(subject: str, predicate: str, value: str) -> str:
    kind = TYPED.get(predicate)
    return f"{_node(subject)} <{predicate}> " + (f'"{value}"^^<{kind}>' if kind else _node(value)) + " .\n"


def _node(node: str) -> str:
    return node if node.startswith("_:") else f"<{node}>"
