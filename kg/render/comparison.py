"""The differences between two certificates as data and as text: what changed, caused by what."""

from __future__ import annotations

import json

from kg.certificate.comparison import Cause, Changed, Comparison
from kg.render.data import Data

MOST = 6


def comparison_json(found: Comparison) -> Data:
    """The parts that differ, the facts of one side only, and every change with its causes."""
    return {
        "differs_in": list(found.parts),
        "facts": {"gone": list(found.facts_gone), "new": list(found.facts_new)},
        "modules": list(found.modules),
        "changes": [
            {
                "kind": one.kind,
                "id": one.id,
                "before": one.before,
                "after": one.after,
                "causes": [{"part": cause.part, "what": list(cause.what)} for cause in one.causes],
            }
            for one in found.changes
        ],
    }


def comparison_text(found: Comparison) -> str:
    """What differs in a line, then the facts, the modules and the changes, one a line, each with its causes."""
    if not found.parts and not found.changes:
        return "the two certificates say the same\n"
    lines = [f"they differ in {', '.join(found.parts) or 'nothing but the answer'}; {len(found.changes)} changes"]
    lines += [f"  fact gone: {_short(one)}" for one in found.facts_gone]
    lines += [f"  fact new: {_short(one)}" for one in found.facts_new]
    lines += [f"  module changed: {name}" for name in found.modules]
    for one in found.changes:
        lines.append(f"{_change(one)}")
        lines += [f"    by the {_cause(cause)}" for cause in one.causes]
    return "\n".join(lines) + "\n"


def _change(one: Changed) -> str:
    if one.kind == "conclusion":
        return f"  new: {one.id}: {one.after}" if one.before is None else f"  gone: {one.id}: {one.before}"
    return f"  {one.kind} {one.id}: {_short(one.before)} becomes {_short(one.after)}"


def _cause(cause: Cause) -> str:
    more = f"; {len(cause.what) - MOST} more" if len(cause.what) > MOST else ""
    return cause.part + (f": {'; '.join(cause.what[:MOST])}{more}" if cause.what else "")


def _short(value: object) -> str:
    """A value in one line; of an object the fields that are filled."""
    if isinstance(value, dict):
        value = {key: one for key, one in value.items() if one not in (None, "", [], {})}
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
