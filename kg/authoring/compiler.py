"""From the YAML sources to OWL modules: read all, check every name, compile, write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg import __version__
from kg.authoring import nodes
from kg.authoring.alerts import AlertCompiler
from kg.authoring.articles import CLASSIFYING, ArticleCompiler
from kg.authoring.conditions import ConditionCompiler
from kg.authoring.owl import Module
from kg.authoring.source_checks import SourceChecker
from kg.authoring.sources import Sources
from kg.authoring.states import write_states
from kg.authoring.subjects import Subjects
from kg.authoring.thresholds import ThresholdCompiler
from kg.authoring.vocabulary import sources_module, vocabulary_module
from kg.ontology import terms


def compile_modules(folder: Path) -> dict[str, str]:
    """Every generated file of the ontology: path relative to `folder` → text.

    Raises AuthoringError when a source cannot be compiled.
    """
    sources = Sources.read(folder)
    SourceChecker(sources).check()
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
    conditions.exclusive_positions()
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
