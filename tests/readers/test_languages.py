"""Languages are folders of data: what their files hold, that no code knows a cue, and that medspaCy's form is ours."""

from __future__ import annotations

import ast
import datetime
import re
from pathlib import Path
from typing import Final

import pytest

import kg.readers.text
from kg.errors import OntologyError
from kg.readers.text import read_text
from kg.readers.text.cues import Cue, Direction
from kg.readers.text.lexicon import lexicon_of
from kg.readers.text.medspacy import from_medspacy, to_medspacy
from kg.vocabulary.names import Names

CODE: Final = Path(kg.readers.text.__file__).parent
DAY: Final = datetime.date(2026, 2, 10)


def test_every_category_has_items_in_the_form_of_context(names: Names) -> None:
    items = lexicon_of(names).language.cues
    assert len(items) > 800
    assert {item.category for item in items} == set(Cue) - {Cue.TEST}
    assert {item.direction for item in items} == set(Direction)
    assert len({(item.literal, item.category) for item in items}) == len(items)


def test_cues_go_to_medspacy_and_come_back(names: Names) -> None:
    items = lexicon_of(names).language.cues
    assert from_medspacy(to_medspacy(items)) == items
    with pytest.raises(OntologyError, match="context_rules"):
        from_medspacy("[]")
    with pytest.raises(OntologyError, match="is no item"):
        from_medspacy('{"context_rules": [{"literal": "no", "category": "NOT_ONE", "direction": "FORWARD"}]}')


def test_a_german_print_out_is_read_by_data_alone(names: Names) -> None:
    text = (
        "Eingang: 09.02.2026\n"
        "Parameter             Wert      Einheit     Normbereich\n"
        "Leukozyten             3,1 -    G/l         4,0 - 10,0\n"
        "Thrombozyten            98 -    G/l         150 - 360\n"
    )
    case = read_text(text, names, DAY).case
    assert [(item["test"], float(item["value"]), item["date"]) for item in case["measurements"]] == [
        ("wbc", 3.1, "2026-02-09"),
        ("platelets", 98.0, "2026-02-09"),
    ]


def test_no_cue_of_several_words_stands_in_the_code(names: Names) -> None:
    """Cues of one word are words of any prose; those of several are found in code only where a rule was written."""
    cues = {item.literal for item in lexicon_of(names).language.cues if " " in item.literal}
    assert len(cues) > 400
    files = sorted(CODE.glob("*.py"))
    assert len(files) >= 40
    found = [(path.name, cue) for path in files for cue in _literals(path) & cues]
    assert found == []


def _literals(path: Path) -> set[str]:
    """The strings of a module that are no docstrings, each by itself and by its alternatives."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    said = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]
    return {part.replace(r"\s+", " ").strip() for text in said for part in re.split(r"[|()]", text)}
