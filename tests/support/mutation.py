"""Small changes of JSON data: every leaf dropped, changed, exchanged with a neighbour, or doubled."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any, Final

KINDS: Final = ("drop", "change", "swap", "double")
Path = tuple[Any, ...]


def leaves(data: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every leaf; an empty list or object is one."""
    rows = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    found = [leaf for key, value in rows for leaf in leaves(value, (*path, key))]
    yield from found or [path]


def mutant(data: Any, path: Path, kind: str, random: Random) -> Any | None:
    """The data with one leaf changed in this way; None where that changes nothing."""
    found = copy.deepcopy(data)
    *outer, last = path
    place = found
    for key in outer:
        place = place[key]
    if kind == "drop":
        del place[last]
    elif kind == "change":
        place[last] = changed(place[last], random)
    elif kind == "swap":
        keys = range(len(place)) if isinstance(place, list) else sorted(place)
        others = [key for key in keys if key != last and place[key] != place[last]]
        if not others:
            return None
        other = random.choice(others)
        place[last], place[other] = place[other], place[last]
    elif isinstance(place, list):
        place.insert(last, place[last])
    else:
        place[f"{last}2"] = place[last]
    return found


def changed(value: Any, random: Random) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + random.choice((1, -1))
        case str():
            others = (value + "x", value[1:], value.swapcase())
            return random.choice([other for other in others if other != value])
        case _:
            return "something"
