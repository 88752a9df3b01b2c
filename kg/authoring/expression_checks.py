"""Type checks of class expressions: each property with what may stand after it, and each refusal with its remedy.

What passes here compiles; nothing that passes is left out of what reasons.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from kg.authoring.sources import Sources
from kg.authoring.vocabulary import POSITIONS
from kg.errors import Problem
from kg.ontology.kinds import TREATMENTS, ConceptKind
from kg.ontology.manchester import And, AtLeast, Expression, Named, Not, Or, Some, SyntaxProblem, Value, parse
from kg.vocabulary.nearest import closest

PRESENT: Final = (ConceptKind.FINDING, ConceptKind.CONDITION)
PAST: Final = (*PRESENT, ConceptKind.HISTORY, ConceptKind.PROCEDURE, *TREATMENTS)
REPORTED: Final = (ConceptKind.RESULT, ConceptKind.PROCEDURE, ConceptKind.ANALYTE)
FILLERS: Final[Mapping[str, tuple[ConceptKind, ...]]] = {
    "hasFinding": PRESENT,
    "hasDiagnosis": (ConceptKind.CONDITION,),
    "receives": TREATMENTS,
    "plans": (*TREATMENTS, ConceptKind.PROCEDURE, ConceptKind.HISTORY),
    "hasIntent": (ConceptKind.INTENT,),
    "hasSuspicionOf": (ConceptKind.CONDITION, ConceptKind.SUSPICION),
    "hasHistoryOf": PAST,
    "hasUndergone": (ConceptKind.PROCEDURE, ConceptKind.HISTORY),
    "hasResult": REPORTED,
    "awaits": REPORTED,
}
"""Property of presence → the kinds of terms of which it speaks."""
ABSENT_FILLERS: Final[Mapping[str, tuple[ConceptKind, ...]]] = {
    "hasAbsent": (*PRESENT, *TREATMENTS),
    "hasNoHistoryOf": PAST,
    "hasNoPlanFor": FILLERS["plans"],
    "hasNoSuspicionOf": FILLERS["hasSuspicionOf"],
    "hasNoIntentOf": FILLERS["hasIntent"],
    "lacksRecordOf": (*PAST, *REPORTED),
    "hasSoleRecordOf": (ConceptKind.ANALYTE,),
}
"""Property of absence, or of the record → the kinds of terms of which it speaks."""
VALUES: Final = ("hasCurrentMeasurement", "hasPriorMeasurement", "hasMeasurement")
COUNTED: Final = "hasMeasurement"
DERIVED: Final = "hasDerivedQuantity"
USABLE: Final = (*FILLERS, *ABSENT_FILLERS, *VALUES, DERIVED)
GUIDE: Final = "See ontology/README.md for the syntax."
PATIENT: Final = "Patient"


class ExpressionChecker:
    """Finds what is wrong with the expressions of one set of sources."""

    def __init__(self, sources: Sources) -> None:
        self.sources, self.vocabulary = sources, sources.vocabulary
        file = sources.thresholds
        self.conditions = {form.name for condition in file.conditions for form in condition.forms}
        self.possible = {item.name: item.of for item in file.possible}
        self.sides = {side: item.of for item in file.thresholds for side in (item.name, item.opposite)}
        self.derived = {item.name for item in file.derived}
        self.analytes = {item.name for item in file.analytes}
        placed = {quantity for quantity, _ in self.vocabulary.axes.values()} | {item.of for item in sources.intervals}
        self.positions = {quantity + position for quantity in placed for position in POSITIONS}
        self.measurements = {name + "Measurement" for name in self.analytes}

    def problems(self, where: str, text: str, situations: Collection[str] = ()) -> Iterator[Problem]:
        """What is wrong with a condition of patients; `situations` are names that may not stand inside another."""
        try:
            expression = parse(text)
        except SyntaxProblem as error:
            yield Problem(where, f"{error}.", GUIDE)
            return
        yield from self._patient(where, expression, situations)

    def _patient(self, where: str, expression: Expression, situations: Collection[str]) -> Iterator[Problem]:
        match expression:
            case And(parts) | Or(parts):
                for part in parts:
                    yield from self._patient(where, part, situations)
            case Not(part):
                yield from self._patient(where, part, situations)
            case Named(name):
                yield from self._class(where, name, situations)
            case Some(prop, filler):
                yield from self._some(where, prop, filler)
            case Value(prop, name):
                yield from self._value(where, prop, name)
            case AtLeast(prop, count, filler):
                yield from self._counted(where, prop, count, filler)

    # -- one atom

    def _class(self, where: str, name: str, situations: Collection[str]) -> Iterator[Problem]:
        known = self.conditions | set(self.vocabulary.populations)
        if name in known:
            return
        if name in situations:
            yield self._unknown(where, "class", name, known, "Situations cannot stand inside one another.")
        elif name in self.vocabulary:
            prop = self.vocabulary.kind(name).asked_by or COUNTED
            yield Problem(where, f"{name!r} is a term, no class of patients.", f"Write `{prop} some {name}`.")
        elif name in self.sides or name in self.positions:
            prop = DERIVED if self.sides.get(name) in self.derived else VALUES[0]
            yield Problem(
                where, f"{name!r} is a class of values, no class of patients.", f"Write `{prop} some {name}`."
            )
        elif name in self.sources.classes:
            remedy = (
                f"Name one of {', '.join(sorted(self.vocabulary.populations))}, or a condition of thresholds.yaml; "
            )
            message = f"{name!r} is no class that a situation may name."
            yield Problem(where, message, remedy + "an age is a limit of the patient's age.")
        else:
            yield self._unknown(
                where, "class", name, known | self.sources.classes, "Add it to ontology/terms/ if it is new."
            )

    def _some(self, where: str, prop: str, filler: Expression) -> Iterator[Problem]:
        if prop not in USABLE:
            yield self._property(where, prop)
        elif prop in ABSENT_FILLERS:
            yield Problem(where, f"{prop!r} speaks of a term itself.", f"Write `{prop} value TERM`.")
        elif not isinstance(filler, Named):
            remedy = f"Write `{prop} some A` for each part, and join them by `and` or `or`."
            yield Problem(where, f"'{prop} some' takes one name, not '{filler}'.", remedy)
        elif prop in VALUES:
            yield from self._values(where, prop, filler.name)
        elif prop == DERIVED:
            yield from self._derived(where, filler.name)
        else:
            yield from self._kind(where, prop, self.possible.get(filler.name, filler.name), FILLERS[prop])

    def _value(self, where: str, prop: str, name: str) -> Iterator[Problem]:
        if prop not in USABLE:
            yield self._property(where, prop)
        elif prop not in ABSENT_FILLERS:
            yield Problem(
                where, f"{prop!r} leads to what a patient has, not to a term.", f"Write `{prop} some {name}`."
            )
        else:
            yield from self._kind(where, prop, name, ABSENT_FILLERS[prop])

    def _counted(self, where: str, prop: str, count: int, filler: Expression) -> Iterator[Problem]:
        if prop not in USABLE:
            yield self._property(where, prop)
        elif prop != COUNTED:
            remedy = f"Write `{count} of (A, B, ...)` to count conditions; `{COUNTED} min` counts occasions of a value."
            yield Problem(where, f"'min' does not count what {prop!r} leads to.", remedy)
        elif not isinstance(filler, Named):
            yield Problem(where, f"'{prop} min {count}' takes one name, not '{filler}'.", "Name one class of values.")
        else:
            yield from self._values(where, prop, filler.name)

    # -- what stands after a property

    def _values(self, where: str, prop: str, name: str) -> Iterator[Problem]:
        known = {side for side, of in self.sides.items() if of not in self.derived} | self.positions | self.measurements
        if self.sides.get(name) in self.derived:
            message = f"{name!r} is a limit of a derived quantity, which is not measured."
            yield Problem(where, message, f"Write `{DERIVED} some {name}`.")
        elif name in self.vocabulary:
            remedy = (
                self._limits_of(name) or f"Write `{self.vocabulary.kind(name).asked_by or 'hasFinding'} some {name}`."
            )
            yield Problem(where, f"{name!r} is a term, no class of values.", remedy)
        elif name not in known:
            remedy = "Add the limit to thresholds.yaml with its source."
            yield self._unknown(where, "class", name, known | self.sources.classes, remedy)

    def _limits_of(self, name: str) -> str:
        found = sorted(side for side, of in self.sides.items() if of == name)
        return f"Name a limit of it, such as {found[0]}." if found else ""

    def _derived(self, where: str, name: str) -> Iterator[Problem]:
        known = {side for side, of in self.sides.items() if of in self.derived}
        if name in known or name in self.derived:
            return
        if name in self.sources.classes:
            message = f"{name!r} is no limit of a derived quantity."
            yield Problem(where, message, f"Write `{VALUES[0]} some {name}` for a measured one.", closest(name, known))
        else:
            yield self._unknown(where, "class", name, known, "Add the limit to thresholds.yaml with its source.")

    def _kind(self, where: str, prop: str, name: str, kinds: tuple[ConceptKind, ...]) -> Iterator[Problem]:
        if name not in self.vocabulary:
            if name in self.sides or name in self.positions:
                remedy = f"Write `{DERIVED if self.sides.get(name) in self.derived else VALUES[0]} some {name}`."
                yield Problem(where, f"{prop!r} does not lead to values such as {name!r}.", remedy)
            else:
                names = {*self.vocabulary.by_name, *self.possible}
                yield self._unknown(where, "class", name, names, "Add it to ontology/terms/ if it is new.")
        elif (kind := self.vocabulary[name].kind) not in kinds:
            message = f"{prop!r} never leads to a {kind} such as {name!r}, so that it would hold of nobody."
            fits = sorted(other for other, taken in {**FILLERS, **ABSENT_FILLERS}.items() if kind in taken)
            remedy = f"Properties of a {kind}: {', '.join(fits)}." if fits else f"A {kind} is no fact of a patient."
            yield Problem(where, message, remedy)

    def _property(self, where: str, prop: str) -> Problem:
        if prop in self.sources.properties:
            message = f"{prop!r} is no property that a situation may use."
            return Problem(where, message, f"Use one of {', '.join(sorted(USABLE))}.")
        return self._unknown(where, "property", prop, USABLE, f"Use one of {', '.join(sorted(USABLE))}.")

    def _unknown(self, where: str, what: str, name: str, names: Collection[str], remedy: str) -> Problem:
        return Problem(where, f"unknown {what} {name!r}.", remedy, closest(name, names))


def rule_names(expression: Expression) -> Iterator[tuple[str, str]]:
    """Every name of a rule, with whether it is a property or a class; rules may nest classes of values."""
    match expression:
        case And(parts) | Or(parts):
            for part in parts:
                yield from rule_names(part)
        case Not(part):
            yield from rule_names(part)
        case Some(prop, filler) | AtLeast(prop, _, filler):
            yield "property", prop
            yield from rule_names(filler)
        case Value(prop, individual):
            yield "property", prop
            yield "class", individual
        case Named(name):
            yield "class", name
