"""What is derived from an object is made once, lives with it, and ends with it."""

from __future__ import annotations

import ast
import gc
import weakref
from pathlib import Path

from kg.cache.derived import DerivedOwner, derived
from places import ROOT

OWNERS = {"Ontology", "Names", "Knowledge", "Rules", "Engine"}


class Numbers(DerivedOwner):
    def __init__(self, *numbers: int) -> None:
        self.numbers = numbers
        self.asked = 0


@derived
def multiple(numbers: Numbers, factor: int) -> tuple[int, ...]:
    numbers.asked += 1
    return tuple(factor * number for number in numbers.numbers)


def test_each_owner_keeps_its_own_results_by_argument() -> None:
    one, other = Numbers(1, 2), Numbers(3)
    assert [multiple(one, 2), multiple(one, 2), multiple(one, 3)] == [(2, 4), (2, 4), (3, 6)]
    assert multiple(other, 2) == (6,)
    assert (one.asked, other.asked) == (2, 1)


def test_results_end_with_their_owner() -> None:
    numbers = Numbers(1)
    multiple(numbers, 2)
    gone = weakref.ref(numbers)
    del numbers
    gc.collect()
    assert gone() is None


def test_no_module_keeps_what_an_ontology_makes() -> None:
    seen, wrong = 0, []
    for path in sorted(Path(ROOT).glob("kg/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.args.args and node.decorator_list:
                seen += 1
                kept = any("cache" in ast.unparse(one).replace("cached_property", "") for one in node.decorator_list)
                first = node.args.args[0].annotation
                if kept and first is not None and ast.unparse(first) in OWNERS:
                    wrong.append(f"{path}:{node.lineno}")
    assert wrong == []
    assert seen > 100
