"""What becomes of the lists in people of whom the articles do not speak: precautions, and no treatment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from kg.assess.items import Action, Basis
from kg.reasoner.closure import Closure

WITHIN: Final = "PatientWithinArticles"
NOT_FOR_OTHERS: Final = "treatments"
Lists = Mapping[str, tuple[Action, ...]]


def for_population(closure: Closure, lists: Lists) -> Lists:
    """The lists as they are for adults in no special state; for others they are precautions."""
    if WITHIN in closure.types:
        return lists
    kept = {name: items if name != NOT_FOR_OTHERS else () for name, items in lists.items()}
    return {name: tuple(map(_lowered, items)) for name, items in kept.items()}


def _lowered(item: Action) -> Action:
    return replace(item, basis=Basis.PRECAUTIONARY) if item.basis is Basis.ENTAILED else item
