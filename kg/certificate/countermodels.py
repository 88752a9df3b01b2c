"""Why open claims are open: extensions of a patient's facts in which they hold, and others in which they fail.

Few extensions serve many claims. Each is checked by the least model that the independent checker works out: nothing
clashes, every claim named applies or is excluded. No axiom goes into it but those of the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kg.certificate.wishes import CURRENT, Bound, Wishes, Wishing
from kg.ontology.compiled import Ontology
from kg.proof.axiom_files import XSD, Triple
from kg.proof.least_model import LeastModel, LeastModels

TRIES: Final = 60
EXTENSIONS: Final = 40
HOLDS, FAILS = "claimApplies", "claimExcluded"
_OTHER: Final = {HOLDS: FAILS, FAILS: HOLDS}
Extension = frozenset[Triple]


@dataclass(frozen=True)
class Countermodel:
    """Assertions added to those of the record, and the open claims that then apply, and that then are excluded."""

    added: tuple[Triple, ...]
    holds: tuple[str, ...]
    fails: tuple[str, ...]


@dataclass(frozen=True)
class Openness:
    """The countermodels of a patient's open claims, and those for which an extension of one kind was not found."""

    models: tuple[Countermodel, ...]
    never_holds: tuple[str, ...]
    never_fails: tuple[str, ...]


def decided(model: LeastModel, patient: str, predicate: str) -> frozenset[str]:
    """The claims that a model decides so."""
    return frozenset(name.removeprefix("claim/") for name in model.ends(patient, predicate))


def openness(ontology: Ontology, models: LeastModels, facts: Sequence[Triple], patient: str) -> Openness:
    """Countermodels for every claim that the facts leave open: as few as a greedy search finds."""
    base = models.of(facts)
    known = decided(base, patient, HOLDS) | decided(base, patient, FAILS)
    open_ones = sorted(name for name, claim in ontology.claims.items() if claim.executable and name not in known)
    search = Search(ontology, models, base, patient)
    found: list[Countermodel] = []
    for predicate in (HOLDS, FAILS):
        todo = [name for name in open_ones if all(name not in _claims(model, predicate) for model in found)]
        while todo and len(found) < EXTENSIONS:
            extension = search.extension(predicate, todo)
            if not extension:
                break
            found.append(as_countermodel(models, base, patient, extension, open_ones))
            todo = [name for name in todo if name not in _claims(found[-1], predicate)]
    left = {
        side: [name for name in open_ones if not any(name in _claims(one, side) for one in found)] for side in _OTHER
    }
    return Openness(tuple(found), tuple(left[HOLDS]), tuple(left[FAILS]))


def _claims(model: Countermodel, predicate: str) -> tuple[str, ...]:
    return model.holds if predicate == HOLDS else model.fails


def as_countermodel(
    models: LeastModels, base: LeastModel, patient: str, extension: Iterable[Triple], open_ones: Iterable[str]
) -> Countermodel:
    """An extension with the open claims that it decides."""
    model, given = models.over(base, extension), frozenset(open_ones)
    holds, fails = (given & decided(model, patient, predicate) for predicate in (HOLDS, FAILS))
    return Countermodel(tuple(sorted(extension)), tuple(sorted(holds - fails)), tuple(sorted(fails - holds)))


class Search:
    """Looks for extensions of one patient's facts."""

    def __init__(self, ontology: Ontology, models: LeastModels, base: LeastModel, patient: str) -> None:
        self.models, self.base, self.patient = models, base, patient
        self.wishing = Wishing(ontology, models, base, patient)
        self._ways: dict[tuple[str, str], list[Wishes]] = {}

    def ways(self, predicate: str, claim: str) -> list[Wishes]:
        key = (predicate, claim)
        if key not in self._ways:
            self._ways[key] = self.wishing.ways(predicate, f"claim/{claim}", TRIES)
        return self._ways[key]

    def extension(self, predicate: str, claims: Iterable[str]) -> Extension:
        """One extension that decides as many of the claims so as can be added one after the other."""
        wishes: Wishes = frozenset()
        found: Extension = frozenset()
        model = LeastModel(self.base)
        for claim in claims:
            if claim in decided(model, self.patient, predicate):
                continue
            for way in self.ways(predicate, claim):
                extension = self._stated(wishes | way)
                if extension is None or not found <= extension:
                    continue
                trial = self._consistent(model, extension - found, predicate, claim)
                if trial is not None:
                    wishes, found = wishes | way, extension
                    for fact in trial.facts:
                        model.add(fact)
                    break
        return found

    def _consistent(self, below: LeastModel, new: Extension, predicate: str, claim: str) -> LeastModel | None:
        """The least model with further assertions, if nothing clashes and the claim is decided in this way only."""
        model = self.models.over(below, new)
        if model.impossible:
            return None
        if set(model.ends(self.patient, "hasClash")) - set(self.base.ends(self.patient, "hasClash")):
            return None
        fact, other = ((self.patient, side, f"claim/{claim}") for side in (predicate, _OTHER[predicate]))
        return model if fact in model and other not in model else None

    def _stated(self, wishes: Wishes) -> Extension | None:
        """The wishes as assertions, current values of one quantity as one; None where that cannot be."""
        names = self._merged(wishes)
        bounds: dict[str, list[tuple[str, object]]] = {}
        stated: set[Triple] = set()
        for wish in wishes:
            if isinstance(wish, Bound):
                bounds.setdefault(names.get(wish.individual, wish.individual), []).extend(wish.limits)
            else:
                stated.add((names.get(wish[0], wish[0]), wish[1], names.get(wish[2], wish[2])))
        if any(not self._is_new(triple, stated) for triple in stated):
            return None
        for individual, limits in bounds.items():
            value = within(limits)
            if value is None:
                return None
            stated.add((individual, "value", value))
        return frozenset(stated)

    def _merged(self, wishes: Wishes) -> Mapping[str, str]:
        """Individual → the first one that is a current value of the same quantity."""
        triples = sorted(wish for wish in wishes if not isinstance(wish, Bound))
        current = {o for _, p, o in triples if p == CURRENT}
        kinds = [(o, s) for s, p, o in triples if s in current and p == "type" and o.endswith("Measurement")]
        first: dict[str, str] = {}
        for kind, name in kinds:
            if kind != "UncontradictedMeasurement":
                first.setdefault(kind, name)
        return {name: first[kind] for kind, name in kinds if kind in first}

    def _is_new(self, triple: Triple, stated: set[Triple]) -> bool:
        """Whether no current value of its quantity is on record, and a value has only one yardstick."""
        s, p, o = triple
        if p == "interpretedBy":
            return len({one[2] for one in stated if one[:2] == (s, p)}) == 1
        if p != "type" or not o.endswith("Measurement") or (self.patient, CURRENT, s) not in stated:
            return True
        measured = self.base.ends(self.patient, CURRENT)
        return o == "UncontradictedMeasurement" or not any((name, "type", o) in self.base for name in measured)


def within(limits: Iterable[tuple[str, object]]) -> str | None:
    """A number within some facets, over zero where they allow it, as a decimal in text; None where there is none."""
    rows = [(facet.removeprefix(XSD), Decimal(str(limit))) for facet, limit in limits]
    lowest = max((limit for facet, limit in rows if facet.startswith("min")), default=None)
    highest = min((limit for facet, limit in rows if facet.startswith("max")), default=None)
    if lowest is None:
        value = Decimal(1) if highest is None else highest / 2 if highest > 0 else highest - 1
    elif highest is None:
        value = lowest + max(abs(lowest) / 10, Decimal(1))
    else:
        value = (lowest + highest) / 2
    strict = {facet[:3] for facet, limit in rows if facet.endswith("Exclusive") and limit in (lowest, highest)}
    fits = (lowest is None or value > lowest or (value == lowest and "min" not in strict)) and (
        highest is None or value < highest or (value == highest and "max" not in strict)
    )
    return format(value.normalize(), "f") if fits else None
