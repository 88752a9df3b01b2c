"""From the YAML sources to OWL modules: read all, check every name, compile, write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg import __version__
from kg.authoring import nodes
from kg.authoring.alerts import AlertCompiler
from kg.authoring.articles import CLASSIFYING, ArticleCompiler
from kg.authoring.claim_conditions import ClaimConditions
from kg.authoring.clashes import write_clashes, write_exclusive_positions
from kg.authoring.conditions import ConditionCompiler
from kg.authoring.owl import Module
from kg.authoring.public import public_module
from kg.authoring.source_checks import SourceChecker
from kg.authoring.sources import Sources
from kg.authoring.states import write_states
from kg.authoring.subjects import Subjects
from kg.authoring.thresholds import ThresholdCompiler
from kg.authoring.vocabulary import sources_module, vocabulary_module
from kg.ontology import terms
from kg.ontology.codes import PREFIXES


def compile_modules(folder: Path) -> dict[str, str]:
    """Every generated file of the ontology: path relative to `folder` → text.

    Raises AuthoringError when a source cannot be compiled.
    """
    sources = Sources.read(folder)
    SourceChecker(sources).check()
    modules = list(compiled_modules(sources))
    files = {f"modules/{module.name}.ttl": module.turtle() for module in modules}
    files["warrant-reasoning.ttl"] = root(sources).turtle()
    files["catalog-v001.xml"] = catalog(sources)
    files["mappings.sssom.tsv"] = sssom(sources)
    return files


def compiled_modules(sources: Sources) -> Iterator[Module]:
    """The modules of some sources, in the order of their imports; the sources were checked before."""
    vocabulary, iris = sources.vocabulary, sources.source_iris
    labels = {term.name: term.label for term in vocabulary.terms}
    yield sources_module(sources.sources)
    yield vocabulary_module(vocabulary)
    thresholds = ThresholdCompiler(
        sources.thresholds, sources.intervals, vocabulary, iris, sources.own_thresholds
    ).compile()
    labels |= thresholds.labels
    yield thresholds
    conditions = ConditionCompiler(sources.thresholds, vocabulary, labels, iris)
    subjects = Subjects(vocabulary, sources.thresholds)
    claims = ClaimConditions(sources.articles)
    compilers = [ArticleCompiler(file, conditions, subjects, claims) for _, file in sources.articles]
    for name, file in sources.articles:
        for situation in file.situations:
            conditions.reserve(situation, f"{name}: {situation}: situation")
    _open_twins(compilers, conditions)
    for number, rule in enumerate(sources.thresholds.rules, 1):
        conditions.rule(number, rule)
    compiled = [compiler.compile() for compiler in compilers]
    conditions.findings(_shown_or_concluded(sources))
    write_clashes(conditions.module, vocabulary)
    write_exclusive_positions(conditions.module, vocabulary)
    entries = (entry for _, file in sources.articles for entry in file.claims)
    write_states(conditions, entries, sources.diagnosing)
    yield conditions.module
    yield AlertCompiler(sources.alerts.alerts, sources.intervals, vocabulary, iris).compile()
    yield from compiled
    yield public_module(sources.public)


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
    """The product to reason about patients with: a header and the imports of every module that the reasoner loads."""
    slugs = [file.article.slug for _, file in sources.articles]
    slugs = ["alerts", *slugs]
    return Module(
        "warrant-reasoning",
        "Warrant: claims of clinical articles, to reason with",
        "The claims with their readings, refutations and limits as classes: what infers the outcomes for a patient.",
        slugs,
    )


def catalog(sources: Sources) -> str:
    """OASIS XML catalog: every ontology IRI and its local file, as Protégé and ROBOT read it."""
    names = ["sources", "core", "hematology", "thresholds", "conditions", "alerts", "public"]
    files = {name: f"modules/{name}.ttl" for name in names} | {"core": "core.ttl"}
    files |= {name: f"{name}.ttl" for name in ("warrant", "warrant-reasoning")}
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
    used = {m.code.partition(":")[0] for term in sources.vocabulary.terms for m in term.mappings}
    curies = CURIES | {prefix: PREFIXES[prefix] for prefix in used}
    header = [
        "#mapping_set_id: https://w3id.org/warrant/mappings",
        "#mapping_set_title: Terms of Warrant and of outside vocabularies",
        "#mapping_set_description: Each term looked up by its editors in a public file of the other vocabulary.",
        "#creator_label: The editors of Warrant",
        "#subject_source: warrant:ontology",
        f"#subject_source_version: {__version__}",
        f"#mapping_set_version: {__version__}",
        f"#license: {nodes.LICENSE}",
        "#comment: LOINC codes are used under the LOINC licence (https://loinc.org/license); LOINC is copyright",
        "#  Regenstrief Institute, Inc. Only codes that were verified in a public file stand here.",
        "#curie_map:",
        f"#  warrant: {terms.BASE}",
        *(f"#  {prefix}: {namespace}" for prefix, namespace in sorted(curies.items())),
    ]
    columns = (
        "subject_id subject_label subject_category predicate_id object_id object_label object_source "
        "mapping_justification comment"
    )
    rows = [
        "\t".join(
            (
                f"warrant:{term.name}",
                term.label,
                term.kind.value,
                f"skos:{m.predicate}",
                m.code,
                m.label,
                f"bioregistry:{m.code.partition(':')[0].lower()}",
                "semapv:ManualMappingCuration",
                m.why,
            )
        )
        for term in sources.vocabulary.terms
        for m in term.mappings
    ]
    return "\n".join([*header, columns.replace(" ", "\t"), *sorted(rows), ""])


CURIES = {
    "skos": terms.SKOS,
    "semapv": "https://w3id.org/semapv/vocab/",
    "bioregistry": "https://bioregistry.io/",
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
