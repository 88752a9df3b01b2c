"""How a value was judged: its position, and the yardstick that gave it (docs/contract.md)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


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


@dataclass(frozen=True)
class Judgement:
    """The position of a value, the limit that decided it in the canonical unit, and who printed that limit."""

    position: Position
    yardstick: Yardstick
    limit: Decimal | None
    unit: str
    citation: str
