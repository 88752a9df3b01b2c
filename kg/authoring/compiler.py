"""From the YAML sources to OWL modules: read all, check every name, compile, write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from rdflib import OWL, RDF, RDFS, Graph, URIRef

from kg import __version__
from kg.authoring import nodes
from kg.authoring.alerts import AlertCompiler
from kg.authoring.articles import CLASSIFYING, KIND_CLASS, ArticleCompiler
from kg.authoring.conditions import ConditionCompiler
from kg.authoring.intervals import resolved
from kg.authoring.owl import Module
from kg.authoring.schema import (
    AlertFile,
    ArticleFile,
    ClaimEntry,
    IntervalFile,
    Model,
    ReferenceInterval,
    SourceFile,
    Term,
    TermFile,
    ThresholdFile,
    read,
)
from kg.authoring.states import write_states
from kg.authoring.subjects import Subjects
from kg.authoring.thresholds import ThresholdCompiler, measurement_class
from kg.authoring.vocabulary import POSITIONS, Vocabulary, sources_module, vocabulary_module
from kg.errors import AuthoringError, Problem
from kg.ontology import terms
from kg.ontology.index import Index, parse_module
from kg.ontology.kinds import read_kinds, read_negations
from kg.ontology.manchester import And, AtLeast, Expression, Named, Or, Some, SyntaxProblem, Value, parse
from kg.vocabulary.nearest import closest

DRAFT: Final = "draft"
ASKS: Final = 10
DIAGNOSING: Final = ("arguesFor", "arguesAgainst", "excludes")


@dataclass(frozen=True)
class Sources:
    """Every source file of the ontology, read and validated on its own."""

    folder: Path
    sources: SourceFile
    vocabulary: Vocabulary
    thresholds: ThresholdFile
    intervals: tuple[ReferenceInterval, ...]
    alerts: AlertFile
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
        files = [file for path in _yaml(folder / "terms") for file in attempt(path, TermFile)]
        articles = [(path.name, file) for path in _yaml(folder / "articles") for file in attempt(path, ArticleFile)]
        if problems:
            raise AuthoringError(problems)
        vocabulary = _vocabulary(folder, (term for file in files for term in file.terms))
        return cls(
            folder, sources[0], vocabulary, thresholds[0], resolved(intervals[0].intervals), alerts[0], tuple(articles)
        )

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


class Checker:
    """Finds every name, offset and marker in the sources that cannot be."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.problems: list[Problem] = []

    def check(self) -> None:
        """Raises AuthoringError with file, entry, field and remedy of every problem."""
        self._vocabulary()
        self._thresholds()
        for name, file in self.sources.articles:
            self._article(name, file)
        if self.problems:
            raise AuthoringError(self.problems)

    def _unknown(self, where: str, what: str, name: str, names: Iterable[str], remedy: str) -> None:
        self.problems.append(Problem(where, f"unknown {what} {name!r}.", remedy, closest(name, names)))

    def _term(self, where: str, name: str) -> None:
        if name not in self.sources.vocabulary:
            self._unknown(
                where, "term", name, self.sources.vocabulary.by_name, "Add it to ontology/terms/ if it is new."
            )

    def _source(self, where: str, name: str) -> None:
        if name not in self.sources.source_iris:
            self._unknown(
                where, "source", name, self.sources.source_iris, "Name a claim, or add the source to sources.yaml."
            )

    def _vocabulary(self) -> None:
        seen: dict[str, str] = {}
        for term in self.sources.vocabulary.terms:
            where = f"terms: {term.name}"
            for parent in term.parents:
                self._term(f"{where}: parents", parent)
            self._source(f"{where}: source", term.source)
            if term.response_to:
                self._term(f"{where}: response_to", term.response_to)
            if term.harm_if_missed:
                self._source(f"{where}: harm_if_missed: source", term.harm_if_missed.source)
            for what, name in (("name", term.name), ("code", term.code), ("label", term.label.casefold())):
                if other := seen.get(f"{what} {name}"):
                    self.problems.append(
                        Problem(f"{where}: {what}", f"{name!r} is also the {what} of {other}.", "Make it unique.")
                    )
                seen[f"{what} {name}"] = term.name

    def _thresholds(self) -> None:
        file = self.sources.thresholds
        named = [(item.name, item.source) for item in file.derived]
        named += [(item.name, item.source) for item in file.thresholds]
        named += [(item.when, item.source) for item in file.limits]
        named += [(item.name, item.source) for item in file.possible]
        named += [(item.if_, item.source) for item in file.rules]
        named += [(item.name, item.source) for item in file.conditions]
        named += [(item.name, name) for item in self.sources.intervals for name in item.sources]
        named += [(item.name, item.critical.source) for item in self.sources.intervals if item.critical]
        named += [(item.name, grade.source) for item in self.sources.intervals for grade in item.grades]
        named += [(item.kind, item.source) for item in self.sources.alerts.alerts]
        for name, source in named:
            self._source(f"thresholds.yaml: {name}: source", source)
        for analyte in file.analytes:
            self._term(f"thresholds.yaml: {analyte.name}: name", analyte.name)
            for unit in analyte.units:
                self._source(f"thresholds.yaml: {analyte.name}: units", unit.source)
        units = {(a.name, u) for a in file.analytes for u in (a.unit, *(unit.unit for unit in a.units))}
        units |= {(item.name, item.unit) for item in file.derived}
        for threshold in file.thresholds:
            if (threshold.of, threshold.unit) not in units:
                where = f"thresholds.yaml: {threshold.name}: unit"
                self.problems.append(
                    Problem(where, f"{threshold.unit!r} does not convert for {threshold.of}.", "Use one of its units.")
                )
        for rule in file.rules:
            self._expression(f"thresholds.yaml: rules: {rule.if_}: if", rule.if_)
        for condition in file.conditions:
            for form in condition.forms:
                self._expression(f"thresholds.yaml: {form.name}: holds", form.holds)
                self._expression(f"thresholds.yaml: {form.name}: fails", form.fails)

    def _article(self, name: str, file: ArticleFile) -> None:
        for situation, text in file.situations.items():
            self._expression(f"{name}: {situation}: situation", text)
        printed = {marker.number for marker in file.article.markers}
        references = {item.position for item in file.article.references}
        for marker in file.article.markers:
            if marker.reference is not None and marker.reference not in references:
                where = f"{name}: marker {marker.number}: reference"
                self.problems.append(
                    Problem(where, f"the list has no entry {marker.reference}.", "Remove it; no reference is invented.")
                )
        seen: set[str] = set()
        for entry in file.claims:
            where = f"{name}: {entry.id}"
            if entry.id in seen:
                self.problems.append(Problem(f"{where}: id", "stands twice.", "Give each claim its own identifier."))
            seen.add(entry.id)
            self._claim(where, entry, file, printed)
            if file.article.status != DRAFT:
                self._asked(where, entry)

    def _asked(self, where: str, entry: ClaimEntry) -> None:
        """A claim that is released says which questions it answers, and under which terms it is found."""
        remedy = "Write them, or give the article `status: draft`."
        if (found := len({*entry.asks})) < ASKS:
            message = f"holds {found} different questions; a claim wants {ASKS} or more that it answers."
            self.problems.append(Problem(f"{where}: asks", message, remedy))
        if not entry.terms:
            self.problems.append(Problem(f"{where}: terms", "is missing or empty.", remedy))

    def _claim(self, where: str, entry: ClaimEntry, file: ArticleFile, printed: set[int]) -> None:
        if entry.kind not in KIND_CLASS:
            self._unknown(
                f"{where}: kind", "kind", entry.kind, KIND_CLASS, "Use one of the kinds of ontology/README.md."
            )
        start, end = entry.at
        if not 0 <= start < end <= file.article.length:
            message = f"[{start}, {end}] lies outside the article, which has {file.article.length} code points."
            self.problems.append(Problem(f"{where}: at", message, "Give [start, end) in code points."))
        for number in entry.markers:
            if number not in printed:
                message = f"the article does not print the marker {number}."
                self.problems.append(
                    Problem(f"{where}: markers", message, "Remove it, or list it under article.markers.")
                )
        for field in ("situation", "other_reading"):
            text = getattr(entry, field)
            if text and text.strip() not in file.situations:
                self._expression(f"{where}: {field}", text, file.situations)
        self._targets(where, entry, file)

    def _targets(self, where: str, entry: ClaimEntry, file: ArticleFile) -> None:
        claims = {other.id for other in file.claims}
        for predicate, targets in entry.concludes.items():
            if predicate not in self.sources.predicates:
                self._unknown(
                    f"{where}: concludes",
                    "predicate",
                    predicate,
                    self.sources.predicates,
                    "Use a property below `concludes` of core.ttl.",
                )
            for target in targets:
                if predicate == "meetsExceptionTo":
                    self._claim_id(f"{where}: concludes", target, claims)
                else:
                    self._term(f"{where}: concludes: {predicate}", target)
        for field in (
            "purpose",
            "trigger",
            "performer",
            "over",
            "particularly",
            "examples",
            "presupposes",
            "mechanism",
            "until",
            "before",
            "only_after",
            "about",
            "adds_to",
            "follows_result_of",
        ):
            for name in getattr(entry, field):
                self._term(f"{where}: {field}", name)
        for cause, findings in entry.accounts_for.items():
            for name in (cause, *findings):
                self._term(f"{where}: accounts_for", name)
        for field in ("after", "qualified_by", "sequence"):
            for identifier in getattr(entry, field):
                self._claim_id(f"{where}: {field}", identifier, claims)
        for text in entry.exceptions:
            if text not in claims:
                self._expression(f"{where}: exceptions", text)
        every = set(self.sources.source_iris)
        for doubt in entry.doubts:
            for identifier in doubt.with_:
                self._claim_id(f"{where}: doubts", identifier, every)

    def _claim_id(self, where: str, identifier: str, claims: set[str]) -> None:
        if identifier not in claims:
            self._unknown(where, "claim", identifier, claims, "Name a claim of this article.")

    def _expression(self, where: str, text: str, situations: Iterable[str] = ()) -> None:
        try:
            expression = parse(text)
        except SyntaxProblem as error:
            self.problems.append(Problem(where, f"{error}.", "See ontology/README.md for the syntax."))
            return
        for kind, name in _names(expression):
            known = self.sources.properties if kind == "property" else self.sources.classes
            if name not in known:
                hint = (
                    "Situations cannot stand inside one another."
                    if name in situations
                    else "Add it to ontology/terms/ if it is new."
                )
                self._unknown(where, kind, name, known, hint)


def _names(expression: Expression) -> Iterator[tuple[str, str]]:
    match expression:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _names(part)
        case Some(prop, filler) | AtLeast(prop, _, filler):
            yield "property", prop
            yield from _names(filler)
        case Value(prop, individual):
            yield "property", prop
            yield "class", individual
        case Named(name):
            yield "class", name


def compile_modules(folder: Path) -> dict[str, str]:
    """Every generated file of the ontology: path relative to `folder` → text.

    Raises AuthoringError when a source cannot be compiled.
    """
    sources = Sources.read(folder)
    Checker(sources).check()
    modules = list(_modules(sources))
    files = {f"modules/{module.name}.ttl": module.turtle() for module in modules}
    files["warrant.ttl"] = root(sources).turtle()
    files["catalog-v001.xml"] = catalog(sources)
    files["mappings.sssom.tsv"] = sssom(sources)
    return files


def _modules(sources: Sources) -> Iterator[Module]:
    vocabulary, iris = sources.vocabulary, sources.source_iris
    labels = {term.name: term.label for term in vocabulary.terms}
    yield sources_module(sources.sources)
    yield vocabulary_module(vocabulary)
    thresholds = ThresholdCompiler(sources.thresholds, sources.intervals, vocabulary, iris).compile()
    labels |= thresholds.labels
    yield thresholds
    conditions = ConditionCompiler(sources.thresholds, vocabulary, labels, iris)
    subjects = Subjects(vocabulary, sources.thresholds)
    compilers = [ArticleCompiler(file, conditions, subjects) for _, file in sources.articles]
    _open_twins(compilers, conditions)
    for number, rule in enumerate(sources.thresholds.rules, 1):
        conditions.rule(number, rule)
    compiled = [compiler.compile() for compiler in compilers]
    conditions.findings(_shown_or_concluded(sources))
    conditions.clashes()
    claims = (entry for _, file in sources.articles for entry in file.claims)
    write_states(conditions, claims, sources.diagnosing)
    yield conditions.module
    yield AlertCompiler(sources.alerts.alerts, sources.intervals, vocabulary, iris).compile()
    yield from compiled


def _shown_or_concluded(sources: Sources) -> set[str]:
    """The findings that values show, and those that rules of no single article conclude."""
    found = set(sources.vocabulary.axes)
    found |= {grade.finding for item in sources.intervals for grade in item.grades}
    rules = [name for rule in sources.thresholds.rules for name in (rule.then, rule.concludes) if name]
    known = [sources.vocabulary[name] for name in rules if name in sources.vocabulary]
    return found | {term.name for term in known if term.kind == "finding"}


def _open_twins(compilers: list[ArticleCompiler], conditions: ConditionCompiler) -> None:
    """Concepts concluded by claims whose readings part get twins, which may part further claims."""
    before = -1
    while before != len(conditions.twins):
        before = len(conditions.twins)
        for compiler in compilers:
            for concept, reason in list(compiler.open_concepts()):
                conditions.add_twin(concept, reason)


def root(sources: Sources) -> Module:
    """The file to open in Protégé: a header and the imports of every module."""
    slugs = [file.article.slug for _, file in sources.articles]
    slugs = ["alerts", *slugs]
    return Module(
        "warrant",
        "Warrant: a clinical knowledge graph that shows its proofs",
        "Claims of clinical articles as an ontology that reasons about a patient and names its sources.",
        slugs,
    )


def catalog(sources: Sources) -> str:
    """OASIS XML catalog: every ontology IRI and its local file, as Protégé and ROBOT read it."""
    names = ["sources", "core", "hematology", "thresholds", "conditions", "alerts"]
    files = {name: f"modules/{name}.ttl" for name in names} | {"core": "core.ttl", "warrant": "warrant.ttl"}
    files |= {file.article.slug: f"modules/{file.article.slug}.ttl" for _, file in sources.articles}
    rows = [f'    <uri name="{nodes.module(name)}" uri="{path}"/>' for name, path in sorted(files.items())]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
            '<catalog prefer="public" xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">',
            *rows,
            "</catalog>",
            "",
        ]
    )


def sssom(sources: Sources) -> str:
    """The outside codes as an SSSOM mapping set (TSV with an embedded YAML header)."""
    header = [
        "#mapping_set_id: https://w3id.org/warrant/mappings",
        f"#mapping_set_version: {__version__}",
        f"#license: {nodes.LICENSE}",
        "#comment: LOINC codes are used under the LOINC licence (https://loinc.org/license); LOINC is copyright",
        "#  Regenstrief Institute, Inc. Only codes that were verified in a public file stand here.",
        "#curie_map:",
        f"#  warrant: {terms.BASE}",
        *(f"#  {prefix}: {namespace}" for prefix, namespace in sorted(CURIES.items())),
    ]
    columns = "subject_id subject_label predicate_id object_id object_label mapping_justification comment"
    rows = [
        "\t".join(
            (
                f"warrant:{term.name}",
                term.label,
                f"skos:{m.predicate}",
                m.code,
                m.label,
                "semapv:ManualMappingCuration",
                m.why,
            )
        )
        for term in sources.vocabulary.terms
        for m in term.mappings
    ]
    return "\n".join([*header, columns.replace(" ", "\t"), *sorted(rows), ""])


CURIES = {
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "LOINC": "https://loinc.org/rdf/",
    "MONDO": "http://purl.obolibrary.org/obo/MONDO_",
    "HP": "http://purl.obolibrary.org/obo/HP_",
    "NCIT": "http://purl.obolibrary.org/obo/NCIT_",
    "DOID": "http://purl.obolibrary.org/obo/DOID_",
    "MAXO": "http://purl.obolibrary.org/obo/MAXO_",
    "ICD10CM": "http://hl7.org/fhir/sid/icd-10-cm/",
    "ATC": "http://www.whocc.no/atc/",
    "RXNORM": "http://www.nlm.nih.gov/research/umls/rxnorm/",
}


def write(folder: Path) -> list[str]:
    """Compile and write every generated file; the paths that changed."""
    changed = []
    for path, text in compile_modules(folder).items():
        target = folder / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


__all__ = ["CLASSIFYING", "Sources", "compile_modules", "write"]
