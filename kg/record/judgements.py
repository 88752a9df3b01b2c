"""How a value was judged: its position, and the yardstick that gave it (docs/contract.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from kg.facts.patient import Measurement
from kg.ontology.model import ReferenceInterval
from kg.record.observations import (
    ARTICLE,
    DEFAULT,
    FLAG,
    RANGE,
    STATEMENT,
    Interpretation,
    Interpreter,
    Occasion,
)


class Position(StrEnum):
    """Where a value lies by the yardstick in force, or beyond a critical limit."""

    CRITICAL_LOW = "critical_low"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL_HIGH = "critical_high"


class Yardstick(StrEnum):
    """What a value was compared with, by the precedence of the contract."""

    ARTICLE = "article"
    LABORATORY = "laboratory"
    FLAG = "flag"
    STATEMENT = "statement"
    DEFAULT = "default"


YARDSTICKS: Final = {
    ARTICLE: Yardstick.ARTICLE,
    RANGE: Yardstick.LABORATORY,
    FLAG: Yardstick.FLAG,
    STATEMENT: Yardstick.STATEMENT,
    DEFAULT: Yardstick.DEFAULT,
}
POSITIONS: Final = {"Low": Position.LOW, "Normal": Position.NORMAL, "High": Position.HIGH}
CITED: Final = {
    Yardstick.LABORATORY: "the range printed with the value",
    Yardstick.FLAG: "the flag printed with the value",
    Yardstick.STATEMENT: "the statement in the record",
}


@dataclass(frozen=True)
class Judgement:
    """The position of a value, the limit that decided it in the canonical unit, and who printed that limit."""

    position: Position
    yardstick: Yardstick
    limit: Decimal | None
    unit: str
    citation: str


def critical(interpreter: Interpreter, occasion: Occasion) -> Judgement | None:
    """The judgement of a value strictly beyond the critical limit for the patient; None for any other value."""
    item = interpreter.interval_of(occasion.quantity)
    if item is None or occasion.unit != interpreter.ontology.quantities[occasion.quantity].unit:
        return None
    for bound, limit, position in (
        ("<", item.critical_below, Position.CRITICAL_LOW),
        (">", item.critical_above, Position.CRITICAL_HIGH),
    ):
        if limit is not None and occasion.value.satisfies(bound, limit):
            return Judgement(position, Yardstick.DEFAULT, limit, occasion.unit, item.critical_source)
    return None


def judgement(interpreter: Interpreter, occasion: Occasion, item: Measurement, current: bool) -> Judgement | None:
    """How one value of an occasion was judged; None where nothing judges it."""
    alone = replace(occasion, value=item.value)
    if beyond := critical(interpreter, alone):
        return beyond
    found = interpreter.interpret(alone, current)
    position = POSITIONS.get(found.position) or _stated(interpreter, found, occasion.quantity)
    if position is None:
        return None
    yardstick = YARDSTICKS[found.yardstick]
    limit, citation = _limit(interpreter, alone, yardstick, position)
    return Judgement(position, yardstick, limit, occasion.unit, citation)


def _stated(interpreter: Interpreter, found: Interpretation, quantity: str) -> Position | None:
    """The position that statements give a current value, where they agree on one."""
    said = {position for name, position in interpreter.present if name == quantity}
    return POSITIONS.get(said.pop()) if found.yardstick == STATEMENT and len(said) == 1 else None


def _limit(
    interpreter: Interpreter, occasion: Occasion, yardstick: Yardstick, position: Position
) -> tuple[Decimal | None, str]:
    """The limit that decided, and who printed it."""
    if yardstick is Yardstick.ARTICLE:
        limit = interpreter.by_limits(occasion, "absolute") or interpreter.by_limits(occasion, "fallback")
        if limit is None:
            return None, ""
        return interpreter.ontology.thresholds[limit.threshold].limit, limit.source
    if yardstick is Yardstick.LABORATORY and occasion.range:
        side = occasion.range.high if position is Position.HIGH else occasion.range.low
        return side, CITED[yardstick]
    if yardstick is Yardstick.DEFAULT:
        item = interpreter.interval_of(occasion.quantity)
        return (None, "") if item is None else (_deciding(item, position), "; ".join(item.sources))
    return None, CITED[yardstick]


def _deciding(item: ReferenceInterval, position: Position) -> Decimal | None:
    if position is Position.LOW:
        return item.low_below
    if position is Position.HIGH:
        return item.high_above
    return item.normal_to if item.normal_from is None else item.normal_from
