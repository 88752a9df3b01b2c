"""Checks that a name stands for one thing: of articles, claims, situations, limits, terms and their synonyms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Final

from kg.authoring.claim_schema import ArticleFile
from kg.authoring.schema import Term
from kg.authoring.sources import Sources
from kg.errors import Problem

MODULES: Final = frozenset(
    {"core", "sources", "hematology", "thresholds", "conditions", "alerts", "public", "warrant", "warrant-reasoning"}
)
"""Names of modules that no article may take."""


def name_problems(sources: Sources) -> Iterator[Problem]:
    """Every name that is taken twice, or by the wrong thing."""
    yield from _articles(sources.articles)
    yield from _situations(sources)
    yield from _numbers(sources)
    yield from _synonyms(sources.vocabulary.terms)
    yield from _tree(sources)


def _articles(articles: Iterable[tuple[str, ArticleFile]]) -> Iterator[Problem]:
    taken: dict[tuple[str, str], str] = {}
    for name, file in articles:
        head = file.article
        for what, value in (("id", head.id), ("slug", head.slug)):
            if (other := taken.setdefault((what, value), name)) != name:
                yield Problem(f"{name}: article: {what}", f"{value!r} is also that of {other}.", "Choose another.")
        if head.slug in MODULES:
            yield Problem(f"{name}: article: slug", f"{head.slug!r} is the name of a module.", "Choose another slug.")
        elif PurePath(name).stem != head.slug:
            yield Problem(
                f"{name}: article: slug", f"{head.slug!r} is not the name of the file.", f"Write {PurePath(name).stem}."
            )
        for entry in file.claims:
            if entry.id.rpartition("-")[0] != head.id:
                message = f"does not begin with the article's id, {head.id!r}."
                yield Problem(f"{name}: {entry.id}: id", message, f"Write {head.id}-{entry.id.rpartition('-')[2]}.")


def _situations(sources: Sources) -> Iterator[Problem]:
    taken = dict.fromkeys(sources.classes, "a class of the ontology")
    for name, file in sources.articles:
        for situation in file.situations:
            where = f"{name}: {situation}: situation"
            if situation in taken:
                yield Problem(where, f"is also the name of {taken[situation]}.", "Choose another name.")
            taken.setdefault(situation, f"a situation of {name}")


def _numbers(sources: Sources) -> Iterator[Problem]:
    """Names of limits, quantities and conditions of thresholds.yaml."""
    file = sources.thresholds
    taken: dict[str, str] = dict.fromkeys(sources.vocabulary.by_name, "a term")
    taken |= dict.fromkeys(sources.core_classes, "a class of core.ttl")
    rows = [(item.name, name) for item in file.thresholds for name in (item.name, item.opposite)]
    rows += [(item.name, item.name) for item in file.derived]
    rows += [(item.name, item.name) for item in file.possible]
    rows += [(item.name, form.name) for item in file.conditions for form in item.forms]
    for entry, name in rows:
        if name in taken:
            message = f"{name!r} is also the name of {taken[name]}."
            yield Problem(f"thresholds.yaml: {entry}: name", message, "Choose another name.")
        taken[name] = f"the entry {entry}"
    for kind, names in (
        ("analytes", [item.name for item in file.analytes]),
        ("parts", [item.part for item in file.parts]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Problem(f"thresholds.yaml: {name}: {kind}", "stands twice.", "Keep one of the two entries.")


def _synonyms(terms: Iterable[Term]) -> Iterator[Problem]:
    """Names that two terms go by without saying that they share them."""
    taken: dict[str, Term] = {}
    for term in terms:
        for name in dict.fromkeys(
            text.casefold() for text in (term.label, term.code, *term.exact, *term.abbreviations)
        ):
            other = taken.setdefault(name, term)
            if other is not term and name not in {text.casefold() for text in (*term.shared, *other.shared)}:
                remedy = "Remove it, put it under `related`, or list it under `shared` where both go by it."
                yield Problem(f"terms: {term.name}: exact", f"{name!r} is already a name of {other.name}.", remedy)


def _tree(sources: Sources) -> Iterator[Problem]:
    """Terms that stand below themselves, and axes that two findings claim."""
    vocabulary, axes = sources.vocabulary, dict[tuple[str, str], str]()
    for term in vocabulary.terms:
        parents = [name for name in term.parents if name in vocabulary]
        if any(term.name in vocabulary.known_ancestors(name) for name in parents):
            yield Problem(f"terms: {term.name}: parents", "stands below itself.", "Break the circle.")
        for field in ("low_of", "normal_of", "high_of"):
            if quantity := getattr(term, field):
                other = axes.setdefault((field, quantity), term.name)
                if other != term.name:
                    message = f"{quantity} shows {other} already."
                    yield Problem(
                        f"terms: {term.name}: {field}", message, "Keep one of the two; the other stands below it."
                    )
