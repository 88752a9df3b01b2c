"""The source files of the ontology, read and validated each on its own, and the names that they declare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef

from kg.authoring import nodes
from kg.authoring.claim_schema import ArticleFile, ClaimEntry
from kg.authoring.intervals import resolved
from kg.authoring.public_schema import PublicFile
from kg.authoring.reading import Model, read
from kg.authoring.schema import (
    AlertFile,
    IntervalFile,
    LayerThresholdFile,
    ReferenceIntervalEntry,
    SourceEntry,
    SourceFile,
    Term,
    TermFile,
    ThresholdFile,
)
from kg.authoring.thresholds import measurement_class
from kg.authoring.vocabulary import POSITIONS, Vocabulary
from kg.errors import AuthoringError, Problem
from kg.ontology import terms
from kg.ontology.index import Index, parse_module
from kg.ontology.kinds import read_absences, read_kinds, read_negations, read_populations

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
    own_thresholds: ThresholdFile

    @classmethod
    def read(cls, folder: Path, layer: Path | None = None) -> Sources:
        """The sources of an ontology, with those of a layer in a folder of its own.

        Raises AuthoringError with the problems of all files at once.
        """
        reader = _SourceReader()
        numbers = reader.one(folder / "thresholds.yaml", ThresholdFile)
        sources = reader.one(folder / "sources.yaml", SourceFile)
        intervals = reader.one(folder / "intervals.yaml", IntervalFile)
        alerts = reader.one(folder / "alerts.yaml", AlertFile)
        public = reader.one(folder / "public.yaml", PublicFile)
        folders = [folder, *([layer] if layer else [])]
        files = [file for one in folders for path in _yaml(one / "terms") for file in reader.any(path, TermFile)]
        articles = [
            (path.name, file)
            for one in folders
            for path in _yaml(one / "articles")
            for file in reader.any(path, ArticleFile)
        ]
        added, own = reader.layer(layer) if layer else None, numbers
        if reader.problems or not (numbers and own and sources and intervals and alerts and public):
            raise AuthoringError(reader.problems)
        if added:
            numbers, sources = _joined(numbers, added[0]), _joined(sources, added[1])
            intervals = _joined(intervals, added[2])
        vocabulary = _vocabulary(folder, (term for file in files for term in file.terms))
        limits = resolved(intervals.intervals)
        return cls(folder, sources, vocabulary, numbers, limits, alerts, public, tuple(articles), own)

    @cached_property
    def core(self) -> Graph:
        return _core_graph((self.folder / "core.ttl").read_bytes())

    def _core(self, kind: URIRef) -> set[str]:
        return {terms.local(iri) for iri in self.core.subjects(RDF.type, kind) if str(iri).startswith(terms.BASE)}

    @cached_property
    def listed_words(self) -> dict[str, frozenset[str]]:
        """Field of a claim whose text names a value of public.yaml, or of core.ttl → the words that do."""
        named = {prop.value_of: prop.range for prop in self.public.properties if prop.value_of and prop.range}
        return {field: frozenset(self._words(kind)) for field, kind in named.items()}

    def _words(self, kind: str) -> set[str]:
        ours = {value.code for value in self.public.values if value.of == kind}
        subjects = self.core.subjects(RDF.type, nodes.term(kind))
        return ours | {str(word) for one in subjects for word in self.core.objects(one, SKOS.notation)}

    @cached_property
    def core_classes(self) -> set[str]:
        return self._core(OWL.Class)

    @cached_property
    def claim_ids(self) -> frozenset[str]:
        """The ids of the claims of all articles."""
        return frozenset(self.claim_entries)

    @cached_property
    def claim_entries(self) -> dict[str, ClaimEntry]:
        return {entry.id: entry for _, file in self.articles for entry in file.claims}

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
        names = self.core_classes | set(self.vocabulary.by_name) | derived
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


class _SourceReader:
    """Reads files and keeps the problems of all."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def any(self, path: Path, model: type[Model]) -> tuple[Model, ...]:
        try:
            return (read(path, model),)
        except AuthoringError as error:
            self.problems.extend(error.problems)
            return ()

    def one(self, path: Path, model: type[Model]) -> Model | None:
        return next(iter(self.any(path, model)), None)

    def layer(self, folder: Path) -> tuple[LayerThresholdFile, SourceFile, IntervalFile]:
        """What a layer adds to the files of which there is one; a file that is not there adds nothing."""
        numbers = self._added(folder / "thresholds.yaml", LayerThresholdFile) or LayerThresholdFile()
        sources = self._added(folder / "sources.yaml", SourceFile) or SourceFile()
        return numbers, sources, self._added(folder / "intervals.yaml", IntervalFile) or IntervalFile(intervals=())

    def _added(self, path: Path, model: type[Model]) -> Model | None:
        return self.one(path, model) if path.is_file() else None


def _joined(base: Model, added: SourceEntry) -> Model:
    """A file with the entries of another one after its own, list by list."""
    return base.model_copy(
        update={name: (*getattr(base, name), *getattr(added, name)) for name in type(added).model_fields}
    )


@lru_cache(maxsize=4)
def _core_graph(data: bytes) -> Graph:
    return Graph().parse(data=data, format="turtle")


@lru_cache(maxsize=4)
def _core_index(data: bytes) -> Index:
    return Index(parse_module(data, 0))


def _vocabulary(folder: Path, terms_: Iterable[Term]) -> Vocabulary:
    """The terms with what core.ttl declares of their kinds. Raises AuthoringError where it does not parse."""
    try:
        core = _core_index((folder / "core.ttl").read_bytes())
    except (SyntaxError, OSError) as error:
        message = f"cannot be read: {' '.join(str(error).split())}."
        raise AuthoringError([Problem("core.ttl", message, "Mend the Turtle first.")]) from error
    kinds = read_kinds(core)
    absences, populations = read_absences(core, kinds), read_populations(core)
    return Vocabulary(tuple(terms_), kinds, read_negations(core), absences, populations)


def _yaml(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))
