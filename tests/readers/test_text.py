"""Free text to the entries of a case: the examples of tests/readers/text, and what holds of any text."""

from __future__ import annotations

import datetime
import doctest
import importlib
import pkgutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kg.readers.text
from kg.facts.origins import TextSpan
from kg.ontology.compiled import Ontology
from kg.readers.case.parsing import parse_yaml
from kg.readers.case.reader import CaseReader
from kg.readers.text import TextKind, TextReading, read_text
from kg.readers.text.lexicon import Lexicon
from kg.vocabulary.names import Names

FOLDER: Final = Path(__file__).parent / "text"
DAY: Final = datetime.date(2026, 2, 10)
FIELDS: Final = {"says", "text", "case", "spans", "left", "kind", "issues"}


def examples() -> list[tuple[str, Mapping[str, Any]]]:
    """Every example with the name of its file and what it says. A file is a list, and is read as YAML all at once."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        listed = "examples:\n" + path.read_text(encoding="utf-8")
        found += [(f"{path.stem}: {item['says']}", item) for item in parse_yaml(listed)["examples"]]
    return found


EXAMPLES: Final = examples()


def read(text: str, names: Names) -> TextReading:
    return read_text(text, names, DAY)


def stated(reading: TextReading) -> dict[str, Any]:
    """The case that was read, without its date."""
    return {name: entries for name, entries in reading.case.items() if name != "as_of"}


def test_the_collector_found_every_example() -> None:
    assert len(EXAMPLES) >= 300
    assert len({name for name, _ in EXAMPLES}) == len({item["text"] for _, item in EXAMPLES}) == len(EXAMPLES)
    assert [name for name, item in EXAMPLES if set(item) - FIELDS or not {"says", "text", "case"} <= set(item)] == []
    for field, least in (("spans", 150), ("left", 60), ("kind", 8), ("issues", 4)):
        assert sum(field in item for _, item in EXAMPLES) >= least, field


@pytest.mark.parametrize("example", [pytest.param(item, id=name) for name, item in EXAMPLES])
def test_a_text_says_what_the_example_expects(example: Mapping[str, Any], names: Names) -> None:
    reading = read(example["text"], names)
    assert stated(reading) == example["case"]
    assert [item.text for item in reading.not_understood] == example.get("left", [])
    assert {issue.kind for issue in reading.facts.issues} == set(example.get("issues", []))
    assert "kind" not in example or reading.kind == example["kind"]
    for path, words in example.get("spans", {}).items():
        span = reading.origins[f"$.{path}"]
        assert reading.text[span.start : span.end] == words, path


def test_the_case_of_a_text_gives_the_case_reader_the_same_facts(names: Names) -> None:
    for name, item in EXAMPLES:
        reading = read(item["text"], names)
        again = CaseReader(names, DAY).read(reading.case)
        assert [(fact.concept, fact.status) for fact in again.facts] == [
            (fact.concept, fact.status) for fact in reading.facts.facts
        ], name
        assert [(item.quantity, item.given) for item in again.measurements] == [
            (item.quantity, item.given) for item in reading.facts.measurements
        ], name


def test_every_article_title_that_names_a_patient_is_a_case_and_the_other_is_a_question(ontology: Ontology) -> None:
    kinds = {name: read(article.title, Names(ontology)).kind for name, article in ontology.articles.items()}
    assert kinds == {"A0": TextKind.CASE, "A1": TextKind.CASE, "A4": TextKind.QUESTION}


# -- any text


PIECES: Final = st.sampled_from([piece for _, item in EXAMPLES for piece in (item["text"], item["text"][:20])])
SIGNS: Final = st.sampled_from(["\n", " ", ". ", ", ", " | ", "\t", "(", ")", "- ", "; ", "? ", "  ", "no ", "OBX|1|"])
TEXTS: Final = st.one_of(
    st.text(max_size=200),
    st.lists(st.one_of(PIECES, SIGNS, st.text(max_size=5)), max_size=6).map("".join),
)


def places_are_right(text: str, reading: TextReading) -> None:
    """Every place lies in the text as given, and what is shown of it stands there."""
    assert reading.text == text
    for unread in reading.not_understood:
        assert text[unread.start : unread.end] == unread.text
        assert unread.reason
    spans = [(item.start, item.end) for item in (*reading.origins.values(), *reading.questions)]
    spans += [(item.start, item.end) for item in reading.mentions]
    spans += [(item.start, item.end) for item in reading.not_understood]
    origins = [fact.origin for fact in reading.facts.facts] + [item.origin for item in reading.facts.measurements]
    spans += [(origin.start, origin.end) for origin in origins if isinstance(origin, TextSpan)]
    assert all(0 <= start < end <= len(text) for start, end in spans)


@settings(max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(TEXTS)
def test_any_text_is_read_and_every_place_lies_in_it(names: Names, text: str) -> None:
    places_are_right(text, read(text, names))


@settings(max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(PIECES)
def test_the_same_text_is_read_the_same(names: Names, text: str) -> None:
    assert read(text, names) == read(text, names)


def test_the_examples_in_the_docstrings_run() -> None:
    modules = [
        importlib.import_module(f"kg.readers.text.{module.name}")
        for module in pkgutil.iter_modules(kg.readers.text.__path__)
    ]
    results = [doctest.testmod(module) for module in modules]
    assert sum(result.attempted for result in results) >= 4
    assert [result.failed for result in results] == [0] * len(results)


# -- how long it takes


def test_three_hundred_words_are_read_in_a_moment(names: Names) -> None:
    """10 ms is the aim on an idle core; the bound holds on one that ten others load."""
    text = " ".join(" ".join(item["text"] for _, item in EXAMPLES).split()[:300])
    read(text, names)
    assert min(timed(lambda: read(text, names)) for _ in range(5)) < 0.1


def test_the_lexicon_is_made_in_a_moment(names: Names) -> None:
    assert names.words
    assert min(timed(lambda: Lexicon(names)) for _ in range(3)) < 0.6


def timed(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start
