"""Cues as the JSON of medspaCy's ConText, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from kg.errors import OntologyError
from kg.readers.text.cues import ContextItem, context_items

RULES: Final = "context_rules"


def to_medspacy(items: Iterable[ContextItem]) -> str:
    """The items as a file of medspaCy's ConText: `{"context_rules": [{"literal", "category", "direction"}]}`."""
    rules = [{"literal": i.literal, "category": i.category.name, "direction": str(i.direction)} for i in items]
    return json.dumps({RULES: rules}, ensure_ascii=False, indent=1)


def from_medspacy(text: str) -> tuple[ContextItem, ...]:
    """The items of such a file. Raises OntologyError where it is none, or names a category that is not ours."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise OntologyError(f"is not JSON: {error.msg}, line {error.lineno}") from error
    if not isinstance(data, dict) or not isinstance(data.get(RULES), list):
        raise OntologyError(f"expected an object with a list {RULES}")
    return context_items(data[RULES])
