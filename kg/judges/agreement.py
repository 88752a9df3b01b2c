"""HermiT judges the engine: invented patients, closed by both, must come out equal.

Compared are every inferred value (outcomes of claims, clashes, the lists of an assessment) and the named classes of
each patient. A patient with a clash is judged twice: as stated, and with the clashing facts set aside.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, zip_longest
from typing import Final, Protocol, runtime_checkable

from kg.assess.quarantine import settle
from kg.errors import ReasonerError
from kg.judges.hermit import Hermit
from kg.judges.patients import InventedPatient, Purpose, PurposeCoverage, Target, coverage, drawn, targeted
from kg.ontology import terms
from kg.ontology.compiled import Ontology
from kg.reasoner.closure import Closure, inferred_properties
from kg.reasoner.engine import Engine
from kg.record.assertions import record
from kg.record.record import Record

DOZEN: Final = 12
SIDES: Final = min(2, os.cpu_count() or 1)
TYPES: Final = "type"
FAILED: Final = "HermiT failed"
Progress = Callable[[int, int], None]


class ClosingReasoner(Protocol):
    """What can close patients: HermiT, and the engine."""

    def infer(self, records: Sequence[Record]) -> tuple[Closure, ...]: ...


@runtime_checkable
class TakesMany(Protocol):
    """A reasoner that says how many patients it is best asked about at once."""

    at_once: int


@dataclass(frozen=True)
class ReasonerDifference:
    """What only one side infers of a patient, by local names; `case` is the patient as JSON for `warrant assess`."""

    patient: str
    property: str
    engine_only: tuple[str, ...]
    hermit_only: tuple[str, ...]
    case: str
    quarantined: tuple[str, ...] = ()

    def __str__(self) -> str:
        aside = f", without {', '.join(self.quarantined)}" if self.quarantined else ""
        return (
            f"{self.patient}{aside}: {self.property}: only the engine {list(self.engine_only)}, "
            f"only HermiT {list(self.hermit_only)}\n    {self.case}"
        )


@dataclass(frozen=True)
class AgreementResult:
    """What came of it. Seconds of the two reasoners alone; calls of HermiT that ran side by side both count."""

    patients: int
    records: int
    built: PurposeCoverage
    judged: Mapping[Purpose, int]
    differences: tuple[ReasonerDifference, ...]
    engine_seconds: float
    hermit_seconds: float
    seconds: float

    @property
    def agreed(self) -> bool:
        """Whether both infer the same of all patients."""
        return not self.differences

    @property
    def complete(self) -> bool:
        """Whether the patients built for claims meet, miss by one fact and contradict every claim."""
        return self.built.complete

    def summary(self) -> str:
        """The verdict in a few lines, every difference with its case, every claim that no patient reaches."""
        lines = [
            f"{self.patients} patients, {self.records - self.patients} of them once more without their clashing facts",
            *(f"claims {purpose}: {self._claims(purpose)}" for purpose in Purpose),
            f"engine {self.engine_seconds:.2f} s, HermiT {self.hermit_seconds:.1f} s, in all {self.seconds:.1f} s",
            f"{len(self.differences)} differences",
            *map(str, self.differences),
        ]
        return "\n".join(lines)

    def _claims(self, purpose: Purpose) -> str:
        missed = self.built.missed[purpose]
        reached = len(self.built.reached[purpose])
        never = f"{len(missed)} never" + (f" ({', '.join(missed)})" if missed else "")
        return f"{reached} by the patients built for them, {never}; {self.judged[purpose]} in this run"


def judge(
    ontology: Ontology,
    count: int,
    seed: int,
    progress: Progress | None = None,
    engine: ClosingReasoner | None = None,
    hermit: ClosingReasoner | None = None,
    targets: Sequence[Target] | None = None,
) -> AgreementResult:
    """Judges so many patients, half of them built for claims (the seed says which), the others drawn at random.

    `progress` is told the records done and their number. `engine` and `hermit` are the two sides, `targets` the
    patients built for claims, where they are at hand already.
    """
    bench = _Bench(ontology, engine or Engine(ontology), hermit or Hermit(ontology))
    return bench.verdict(count, seed, progress or (lambda done, whole: None), targets)


def chosen(targets: Sequence[Target], count: int, seed: int) -> tuple[Target, ...]:
    """So many targets in rotation, each patient once: the seed is the number of the turn; all where they fit."""
    unique = tuple({target.facts: target for target in targets}.values())
    if not unique:
        return ()
    start = seed * count % len(unique)
    return (unique[start:] + unique[:start])[: min(count, len(unique))]


@dataclass(frozen=True)
class _Sample:
    """One record to be judged, and the patient it is of."""

    patient: InventedPatient
    record: Record
    quarantined: tuple[str, ...] = ()


class _Bench:
    """The two reasoners and the ontology they share; patients are built with an engine that nobody tampered with."""

    def __init__(self, ontology: Ontology, engine: ClosingReasoner, hermit: ClosingReasoner) -> None:
        self.ontology, self.engine, self.hermit = ontology, engine, hermit
        self.at_once = hermit.at_once if isinstance(hermit, TakesMany) else DOZEN
        self.builder = Engine(ontology)
        self.properties = inferred_properties(ontology)

    def verdict(self, count: int, seed: int, progress: Progress, built: Sequence[Target] | None) -> AgreementResult:
        started = time.perf_counter()
        targets = targeted(self.ontology, self.builder) if built is None else built
        aimed = chosen(targets, (count + 1) // 2, seed)
        others = drawn(self.ontology, count - len(aimed), seed)
        pairs = zip_longest((target.patient for target in aimed), others)
        patients = tuple(filter(None, chain.from_iterable(pairs)))
        samples = tuple(self._samples(patients))
        engine_started = time.perf_counter()
        found = self.engine.infer(tuple(sample.record for sample in samples))
        engine_seconds = time.perf_counter() - engine_started
        differences, hermit_seconds = self._compare(samples, found, progress)
        return AgreementResult(
            patients=len(patients),
            records=len(samples),
            built=coverage(self.ontology, self.builder, targets),
            judged=_judged(aimed, found),
            differences=differences,
            engine_seconds=engine_seconds,
            hermit_seconds=hermit_seconds,
            seconds=time.perf_counter() - started,
        )

    def _samples(self, patients: Sequence[InventedPatient]) -> Iterator[_Sample]:
        """A record of each patient, and of one with a clash another in which the clashing facts count as unknown."""
        for number, patient in enumerate(patients):
            stated = record(self.ontology, patient.facts, f"patient/{number}")
            yield _Sample(patient, stated)
            settled = settle(self.ontology, self.builder, patient.facts, f"patient/{number}-rest")
            aside = settled.quarantined | {label.fact for label in settled.labels}
            if aside:
                yield _Sample(patient, settled.record, tuple(sorted({fact.concept for fact in aside})))

    # -- the comparison

    def _compare(
        self, samples: Sequence[_Sample], found: Sequence[Closure], progress: Progress
    ) -> tuple[tuple[ReasonerDifference, ...], float]:
        """Differences in the order of the samples, and the seconds of HermiT's calls."""
        rows = list(zip(samples, found, strict=True))
        groups = [rows[first : first + self.at_once] for first in range(0, len(rows), self.at_once)]
        differences: list[ReasonerDifference] = []
        seconds, done = 0.0, 0
        with ThreadPoolExecutor(SIDES) as pool:
            for group, (some, took) in zip(groups, pool.map(self._group, groups), strict=True):
                differences += some
                seconds += took
                done += len(group)
                progress(done, len(rows))
        return tuple(differences), seconds

    def _group(self, rows: Sequence[tuple[_Sample, Closure]]) -> tuple[list[ReasonerDifference], float]:
        started = time.perf_counter()
        differences = [item for sample, ours, theirs in self._both(rows) for item in self._of(sample, ours, theirs)]
        return differences, time.perf_counter() - started

    def _both(
        self, rows: Sequence[tuple[_Sample, Closure]]
    ) -> Iterable[tuple[_Sample, Closure, Closure | ReasonerError]]:
        """HermiT's closure beside the engine's; where a call fails, halves of it, down to the patient at fault."""
        try:
            theirs = self.hermit.infer(tuple(sample.record for sample, _ in rows))
        except ReasonerError as error:
            if len(rows) == 1:
                return [(*rows[0], error)]
            middle = len(rows) // 2
            return [*self._both(rows[:middle]), *self._both(rows[middle:])]
        return [(sample, ours, other) for (sample, ours), other in zip(rows, theirs, strict=True)]

    def _of(self, sample: _Sample, ours: Closure, theirs: Closure | ReasonerError) -> Iterator[ReasonerDifference]:
        if isinstance(theirs, ReasonerError):
            yield self._difference(sample, FAILED, frozenset(), frozenset({str(theirs)}))
            return
        yield from self._unequal(sample, TYPES, ours.types & self.classes, theirs.types & self.classes)
        for prop in self.properties:
            yield from self._unequal(sample, prop, ours.values[prop], theirs.values[prop])

    def _unequal(
        self, sample: _Sample, prop: str, ours: frozenset[str], theirs: frozenset[str]
    ) -> Iterator[ReasonerDifference]:
        if ours != theirs:
            yield self._difference(sample, prop, ours - theirs, theirs - ours)

    def _difference(
        self, sample: _Sample, prop: str, ours: frozenset[str], theirs: frozenset[str]
    ) -> ReasonerDifference:
        patient = sample.patient
        sides = tuple(sorted(ours)), tuple(sorted(theirs))
        return ReasonerDifference(patient.purpose, prop, *sides, patient.case, sample.quarantined)

    @cached_property
    def classes(self) -> frozenset[str]:
        """The named classes of the ontology."""
        nodes = self.ontology.index.subjects(_TYPE, _CLASS)
        return frozenset(terms.local(node) for node in nodes if node.startswith(terms.BASE))


def _judged(aimed: Sequence[Target], found: Iterable[Closure]) -> dict[Purpose, int]:
    """Claims met and contradicted in some judged patient, and those of which one judged patient is a fact short."""
    closures = tuple(found)
    met = {name for closure in closures for name in closure.claims("claimApplies")}
    against = {name for closure in closures for name in closure.claims("claimExcluded")}
    short = {target.claim for target in aimed if target.purpose is Purpose.SHORT}
    return {Purpose.MET: len(met), Purpose.SHORT: len(short), Purpose.CONTRADICTED: len(against)}


_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_CLASS: Final = "http://www.w3.org/2002/07/owl#Class"
