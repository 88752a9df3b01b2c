"""The source files of the ontology, read and validated each on its own, and the names that they declare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from rdflib import OWL, RDF, RDFS, Graph, URIRef

from kg.authoring import nodes
from kg.authoring.claim_schema import ArticleFile
from kg.authoring.intervals import resolved
from kg.authoring.public_schema import PublicFile
from kg.authoring.schema import (
    AlertFile,
    IntervalFile,
    Model,
    ReferenceIntervalEntry,
    SourceFile,
    Term,
    TermFile,
    ThresholdFile,
    read,
)
from kg.authoring.thresholds import measurement_class
from kg.authoring.vocabulary import POSITIONS, Vocabulary
from kg.errors import AuthoringError, Problem
from kg.ontology import terms
from kg.ontology.index import Index, parse_module
from kg.ontology.kinds import read_kinds, read_negations

DIAGNOSING: Final = ("arguesFor", "arguesAgainst", "excludes")


@dataclass(frozen=True)
class Sources:
    """Every source file of the ontology, read and validated on its own."""

    folder: Path
    sources: SourceFile
    vocabulary: Vocabulary
    thresholds: ThresholdFile
    intervals: tuple[ReferenceIntervalEntry, ...]
    alerts: AlertFile
    public: PublicFile
    articles: tuple[tuple[str, ArticleFile], ...]

    @classmethod
    def read(cls, folder: Path) -> Sources:
        """Raises AuthoringError with the problems of all files at once."""
        problems: list[Problem] = []

        def attempt(path: Path, model: type[Model]) -> tuple[Model, ...]:
            try:
                return (read(path, model),)
            except AuthoringError as error:
                problems.extend(error.problems)
                return ()

        sources = attempt(folder / "sources.yaml", SourceFile)
        thresholds = attempt(folder / "thresholds.yaml", ThresholdFile)
        intervals = attempt(folder / "intervals.yaml", IntervalFile)
        alerts = attempt(folder / "alerts.yaml", AlertFile)
        public = attempt(folder / "public.yaml", PublicFile)
        files = [file for path in _yaml(folder / "terms") for file in attempt(path, TermFile)]
        articles = [(path.name, file) for path in _yaml(folder / "articles") for file in attempt(path, ArticleFile)]
        if problems:
            raise AuthoringError(problems)
        vocabulary = _vocabulary(folder, (term for file in files for term in file.terms))
        limits = resolved(intervals[0].intervals)
        return cls(folder, sources[0], vocabulary, thresholds[0], limits, alerts[0], public[0], tuple(articles))

    @cached_property
    def core(self) -> Graph:
        return Graph().parse(self.folder / "core.ttl")

    def _core(self, kind: URIRef) -> set[str]:
        return {terms.local(iri) for iri in self.core.subjects(RDF.type, kind) if str(iri).startswith(terms.BASE)}

    @cached_property
    def properties(self) -> set[str]:
        return self._core(OWL.ObjectProperty)

    @cached_property
    def predicates(self) -> set[str]:
        """Object properties below `concludes`: what a claim may conclude."""
        return self._below("concludes") - {"concludes"}

    @cached_property
    def diagnosing(self) -> frozenset[str]:
        """Predicates by which a claim names a diagnosis: it suggests it, argues against it or wants it excluded."""
        return frozenset(name for top in DIAGNOSING for name in self._below(top))

    def _below(self, prop: str) -> set[str]:
        return {terms.local(iri) for iri in self.core.transitive_subjects(RDFS.subPropertyOf, nodes.term(prop))}

    @cached_property
    def classes(self) -> set[str]:
        """Every class that a situation may name."""
        file = self.thresholds
        derived = frozenset(item.name for item in file.derived)
        names = self._core(OWL.Class) | set(self.vocabulary.by_name) | derived
        names |= {measurement_class(item.name, derived) for item in file.analytes}
        names |= {side for item in file.thresholds for side in (item.name, item.opposite)}
        names |= {quantity + position for quantity, _ in self.vocabulary.axes.values() for position in POSITIONS}
        names |= {item.name for item in file.possible} | {item.name for item in file.conditions}
        names |= {item.possible.name for item in file.conditions if item.possible}
        return names

    @cached_property
    def source_iris(self) -> dict[str, URIRef]:
        """What an axiom may name as its source: claims, publications, decisions."""
        iris = {item.name: nodes.source(item.name) for item in self.sources.references}
        iris |= {item.name: nodes.source(item.name) for item in self.sources.decisions}
        iris |= {item.name: nodes.interval(item.name) for item in self.intervals}
        iris |= {entry.id: nodes.claim(entry.id) for _, file in self.articles for entry in file.claims}
        return iris


def _vocabulary(folder: Path, terms_: Iterable[Term]) -> Vocabulary:
    """The terms with what core.ttl declares of their kinds. Raises OntologyError."""
    core = Index(parse_module((folder / "core.ttl").read_bytes(), 0))
    return Vocabulary(tuple(terms_), read_kinds(core), read_negations(core))


def _yaml(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))
