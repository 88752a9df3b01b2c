"""`warrant schema`, `compile`, `passages` and `release`: the ontology's sources and what is made of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from kg import render
from kg.authoring import compiler
from kg.authoring.editor_schema import SOURCE_MODELS, editor_schema
from kg.authoring.layers import layer_names, write_layer
from kg.authoring.sources import Sources
from kg.check import passages
from kg.commands.common import DONE, FAILED, command
from kg.errors import Problem
from kg.export.examples import compile_examples
from kg.export.release import write_merged
from kg.export.release_files import write_release
from kg.judges.expectations import expectation_problems, probe_problems
from kg.judges.opposed_claims import opposed_claims
from kg.knowledge import Knowledge
from kg.ontology.layers import assembled
from kg.publication.browsing import compile_product
from kg.render.answer_vocabulary import answer_vocabulary
from kg.render.schema import NAMES, schema

VOCABULARY: Final = "vocabulary"
ARTICLES: Final = Path("..") / "shared" / "articles"


def add(commands: Any) -> None:
    """Declare the commands."""
    _schema(commands)
    _compile(commands)
    _passages(commands)
    _release(commands)


def _schema(commands: Any) -> None:
    text, example = "JSON Schema of what goes in and comes out", "warrant schema case > case.schema.json"
    found = command(commands, "schema", run_schema, text, example)
    found.add_argument(
        "name",
        nargs="?",
        choices=(*NAMES, VOCABULARY, *SOURCE_MODELS),
        help="one of them; all schemas when none is given; `vocabulary` in Turtle: the properties of answers; "
        "`article-file` and the like: for editors of the YAML sources",
    )


def run_schema(options: argparse.Namespace) -> int:
    if options.name == VOCABULARY:
        print(answer_vocabulary().decode(), end="")
    elif options.name in SOURCE_MODELS:
        print(render.dumps(editor_schema(options.name, Sources.read(options.ontology_as_given))))
    else:
        print(render.dumps(schema(options.name or "")))
    return DONE


def _compile(commands: Any) -> None:
    command(commands, "compile", run_compile, "compile the ontology's sources to modules", "warrant compile")


def run_compile(options: argparse.Namespace) -> int:
    """Writes what changed; 1 where an article's expectations, a worked example or a probe patient fails."""
    changed = compiler.write(options.ontology)
    layers = layer_names(options.ontology)
    for name in layers:
        changed += write_layer(options.ontology, name)
    knowledge = Knowledge(options.ontology)
    for path, text in (compile_examples(knowledge.ontology) | compile_product(knowledge.ontology)).items():
        target = options.ontology / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            changed.append(path)
    print("\n".join(changed) if changed else "nothing changed")
    _report_conflicts(knowledge, Sources.read(options.ontology), changed)
    problems = [*_unmet(knowledge, options.ontology, None)]
    for name in layers:
        problems += _unmet(Knowledge(assembled(options.ontology, [name])), options.ontology, options.ontology / name)
    print("".join(f"{problem}\n" for problem in problems), end="", file=sys.stderr)
    return FAILED if problems else DONE


def _report_conflicts(knowledge: Knowledge, sources: Sources, changed: list[str]) -> None:
    """Says which claims of the articles whose modules changed another claim opposes, each pair with a patient."""
    slugs = {Path(path).stem for path in changed}
    articles = frozenset(file.article.id for _, file in sources.articles if file.article.slug in slugs)
    for pair in opposed_claims(knowledge.ontology, knowledge.engine, articles) if articles else ():
        print(f"conflict: {pair}")


def _unmet(knowledge: Knowledge, folder: Path, layer: Path | None) -> Iterator[Problem]:
    """What the sources expect and is not so, and the probe patients who end in an error."""
    yield from expectation_problems(knowledge, Sources.read(folder, layer))
    yield from probe_problems(knowledge, lambda found: (render.dumps(render.as_json(found)), render.as_text(found)))


def _passages(commands: Any) -> None:
    example = "warrant passages --articles ../shared/articles"
    found = command(commands, "passages", run_passages, "verify offsets and digests against the article texts", example)
    found.add_argument("--articles", type=Path, default=ARTICLES, help="folder of the article texts")
    found.add_argument("--show", metavar="CLAIM", help="print the words of a claim's passage")


def run_passages(options: argparse.Namespace) -> int:
    if options.show:
        print(passages.quotation(options.ontology, options.articles, options.show))
        return DONE
    result = passages.verify(options.ontology, options.articles)
    print(result.summary())
    return DONE if result.ok else FAILED


def _release(commands: Any) -> None:
    found = command(
        commands, "release", run_release, "the merged ontology as RDF/XML", "warrant release build/warrant.owl"
    )
    found.add_argument("target", type=Path, help="an .owl file; or a folder, for all files of the release")


def run_release(options: argparse.Namespace) -> int:
    if options.target.suffix != ".owl":
        print(write_release(options.ontology, options.target))
        return DONE
    count = write_merged(options.ontology, options.target)
    print(f"{options.target}: {count} triples")
    return DONE
