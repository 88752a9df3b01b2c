"""Rules of the house: imports, no medicine in the program, no article's sentences, no trace of a machine."""

from __future__ import annotations

import ast
import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from spellchecker import SpellChecker

from kg.ontology.compiled import Ontology
from kg.ontology.model import Concept
from places import ROOT, SHARED

TEXTS = SHARED / "articles"
LEFT_OUT = {"build", "dist", "node_modules", "__pycache__"}
BINARY = {".owl", ".png", ".jar", ".gz", ".pyc"}
with_texts = pytest.mark.skipif(not TEXTS.is_dir(), reason=f"the articles' texts are not at hand ({TEXTS})")

ORDINARY = 5000
"""How often a word occurs in the corpus of pyspellchecker from which on it is ordinary English."""
GENERIC = {
    "clone": "a system call",
    "differential": "a list of an assessment",
    "saturation": "what a rule engine does",
    "pregnant": "a field of the contract",
}


def files(*suffixes: str) -> Iterator[Path]:
    """The project's own text files."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(
            name for name in folders if name not in LEFT_OUT and not name.startswith(".") and "egg-info" not in name
        )
        for name in sorted(name for name in names if name != ".git"):
            path = Path(folder) / name
            if path.suffix not in BINARY and (not suffixes or path.suffix in suffixes):
                yield path


def program() -> Iterator[tuple[str, ast.Module]]:
    for path in files(".py"):
        place = path.relative_to(ROOT).as_posix()
        if place.startswith(("kg/", "api/")):
            yield place, ast.parse(path.read_text(encoding="utf-8"))


# -- names and imports


def test_imports_are_absolute_and_never_of_tests() -> None:
    seen = 0
    for place, tree in program():
        seen += 1
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module or "."] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
                assert not getattr(node, "level", 0), f"{place}:{node.lineno}"
                assert "tests" not in {name.partition(".")[0] for name in names}, f"{place}:{node.lineno}"
    assert seen >= 200


def test_no_class_name_is_defined_twice() -> None:
    """A reader finds a class by its name alone; a model of the contract is its domain class with the suffix `Model`."""
    places: dict[str, list[str]] = {}
    for place, tree in program():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(f"{place}:{node.lineno}")
    assert len(places) > 500
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_the_order_of_rooms_is_held_by_import_linter() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    ordered = {one["containers"][0]: one for one in contracts["contracts"] if "containers" in one}
    assert all(one["exhaustive"] for one in ordered.values())
    assert sorted(ordered) == ["api", "kg"]
    assert "lint-imports" in (ROOT / "Makefile").read_text(encoding="utf-8")


# -- no medicine in the program


def words(text: str) -> str:
    """Words in lower case, one blank between them; parts of identifiers apart."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return f" {' '.join(re.findall(r'[a-z0-9]+', parted.lower()))} "


def said_by(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Strings that are no docstring, and names, with their lines."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in docstrings:
                yield node.lineno, text
            case ast.Name(id=text) | ast.Attribute(attr=text) | ast.arg(arg=text):
                yield node.lineno, text
            case ast.FunctionDef(name=text) | ast.ClassDef(name=text):
                yield node.lineno, text
            case _:
                continue


def medical_names(concepts: Iterable[Concept]) -> set[str]:
    """Names of diseases, drugs, tests and the like, as words; qualifiers such as `urgent` are none.

    A term's own names always count. Of its synonyms a single word of ordinary English does not: `twins` for a twin
    pregnancy, `weight` for the body weight, `admitted` for a stay in hospital are what everybody writes.
    """
    found = set[str]()
    for concept in concepts:
        if concept.kind not in ("qualifier", "context"):
            found |= {words(name) for name in (concept.label, concept.code, concept.name)}
            found |= {words(name) for name in concept.synonyms if not is_ordinary(name)}
    return {name for name in found if len(name.strip()) > 4 and name.strip() not in GENERIC}


def is_ordinary(name: str) -> bool:
    """Whether a name is one word that English texts use a lot (pyspellchecker's counts)."""
    return " " not in name and english().word_frequency[name.lower()] >= ORDINARY


@cache
def english() -> SpellChecker:
    return SpellChecker()


def test_a_term_may_go_by_a_word_of_ordinary_english(ontology: Ontology) -> None:
    concept = next(one for one in ontology.concepts.values() if one.kind == "condition")
    names = medical_names([replace(concept, synonyms=("weight", "twins", "admitted", "sarcoidosis", "body weight"))])
    assert not {" weight ", " twins ", " admitted "} & names
    assert {" sarcoidosis ", " body weight ", words(concept.label)} <= names


def test_nothing_in_the_program_names_a_disease_a_drug_or_a_test(ontology: Ontology) -> None:
    names = medical_names(ontology.concepts.values())
    assert len(names) > 1500
    longest = max(len(name.split()) for name in names)
    hits = []
    for place, tree in program():
        for line, text in said_by(tree):
            said = words(text).split()
            spans = {f" {' '.join(said[i:j])} " for i in range(len(said)) for j in range(i + 1, i + longest + 1)}
            hits += [f"{place}:{line}: {name.strip()}" for name in spans & names]
    assert sorted(set(hits)) == []


# -- no sentence of an article, no trace of a machine


def nine_words(line: str) -> Iterator[tuple[str, ...]]:
    found = re.findall(r"[a-z0-9]+", line.lower())
    yield from (tuple(found[i : i + 9]) for i in range(len(found) - 8))


def sentences(text: str) -> Iterator[str]:
    """Lines that are sentences; headings and titles, which are questions, are bibliographic data."""
    for line in text.splitlines():
        short = len(re.findall(r"[a-z0-9]+", line.lower())) < 16
        heading = short and not line.strip().startswith("\u2022") and not re.search(r"[.\d]\s*$", line)
        if not heading and not line.strip().endswith("?"):
            yield line


@with_texts
def test_no_file_repeats_nine_words_in_a_row_of_an_article() -> None:
    texts = [content(path) for path in TEXTS.glob("*.txt")]
    titles = {run for text in texts for run in nine_words(text.splitlines()[0])}
    printed = {run for text in texts for line in sentences(text) for run in nine_words(line)} - titles
    assert len(printed) > 1000
    copied = [
        f"{path.relative_to(ROOT)}: {' '.join(run)}"
        for path in files()
        for run in nine_words(content(path))
        if run in printed
    ]
    assert copied == []


def content(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def test_no_file_names_a_path_of_a_machine_or_a_package_index() -> None:
    folders = "|".join(("work", "farm", "root", "home", "Users"))
    machine = re.compile(rf"(?<![\w.:/])/(?:{folders})/")
    index = re.compile(r"(?:--index-url|--extra-index-url|https?://[\w.-]*(?:pypi|artifactory|nexus)[\w.-]*/)")
    seen = 0
    for path in files():
        text = content(path)
        assert not machine.search(text), path
        assert path.name in ("Makefile", "test_house.py") or not index.search(text), path
        seen += 1
    assert seen > 100


# -- the README


def test_every_path_that_the_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = sorted(set(re.findall(r"`((?:ontology|kg|api|queries|tests|docs|requirements|\.ci)/[\w./*-]*)`", text)))
    assert [name for name in named if not [*ROOT.glob(name.rstrip("/")), *ROOT.glob(name + ".py")]] == []
    assert len(named) >= 3


def test_every_target_that_the_readme_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named <= targets
    assert {"run", "test"} <= named


def test_the_continuous_integration_calls_the_same_command_as_a_person() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_versions_of_the_package_and_the_project_are_one() -> None:
    package = (ROOT / "kg" / "__init__.py").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (one,) = re.findall(r'__version__ = "(.+)"', package)
    (other,) = re.findall(r'^version = "(.+)"', project, re.MULTILINE)
    assert one == other


# -- size


def test_no_file_and_no_function_is_long() -> None:
    seen, long_files, long_functions = 0, [], []
    for place, tree in program():
        seen += 1
        lines = len((ROOT / place).read_text(encoding="utf-8").splitlines())
        # the reader of texts and the questions are being rebuilt
        if lines > 400 and not place.startswith(("kg/readers/text/", "kg/questions/")):
            long_files.append(f"{place}: {lines}")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > 60:
                    long_functions.append(f"{place}:{node.lineno}: {length}")
    assert (long_files, long_functions) == ([], [])
    assert seen > 250
