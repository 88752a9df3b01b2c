"""`warrant new-article`, `anchor`, `reanchor`, `lint`, `preview` and `conflicts`: help for those who write articles."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from kg import render
from kg.authoring.anchoring import PassageAnchor, PassageFate, anchored, reanchored, sha256_of
from kg.authoring.claim_schema import ArticleFile
from kg.authoring.drafts import as_yaml, drafted
from kg.authoring.layers import layer_names
from kg.authoring.lint import lint
from kg.authoring.reading import read
from kg.authoring.sources import Sources
from kg.commands.common import DONE, FAILED, command
from kg.errors import InputError, NotFound, Problem
from kg.judges.opposed_claims import opposed_claims
from kg.judges.preview import previewed
from kg.knowledge import Knowledge


def add(commands: Any) -> None:
    """Declare the commands."""
    text, example = "a draft of an article file from its text", "warrant new-article A9.txt --id A9 > a9.yaml"
    found = command(commands, "new-article", run_new, text, example)
    found.add_argument("text", type=Path, help="the article's text; the first line is the title")
    found.add_argument("--id", required=True, help="the article's short name, such as A9")
    found.add_argument("--slug", help="name of its module and file; that of the text if not given")
    found = command(
        commands, "anchor", run_anchor, "offsets and digest of a quotation", 'warrant anchor A9.txt "words"'
    )
    found.add_argument("text", type=Path, help="the article's text")
    found.add_argument("quote", help="the words of the passage")
    text = "where the passages of an article stand in a new version of its text"
    found = command(commands, "reanchor", run_reanchor, text, "warrant reanchor a9.yaml old.txt new.txt")
    found.add_argument("article", type=Path, help="the article's YAML file")
    found.add_argument("old", type=Path, help="the text that its claims were read from")
    found.add_argument("new", type=Path, help="the text as it is now")
    text = "what compiles and is still not as it should be"
    found = command(commands, "lint", run_lint, text, "warrant lint --with teaching")
    found.add_argument("--articles", type=Path, help="folder of the articles' texts: no sentence may repeat them")
    text = "a claim as it is reasoned with: its axioms, who it fires for, two patients at its edge"
    found = command(commands, "preview", run_preview, text, "warrant preview A1-08")
    found.add_argument("claim", help="the claim's id")
    text = "pairs of claims for and against the same thing that one patient can meet, with that patient"
    found = command(commands, "conflicts", run_conflicts, text, "warrant conflicts --article A4")
    found.add_argument("--article", action="append", help="only pairs with a claim of this article")
    found.add_argument("--across", action="store_true", help="only pairs of claims of two articles")


def run_new(options: argparse.Namespace) -> int:
    draft = drafted(options.text)
    print(as_yaml(draft, options.id, options.slug or options.text.stem), end="")
    inside, whole = draft.covered
    found = f"{len(draft.claims)} stubs, {len(draft.markers)} markers, {len(draft.references)} references"
    print(f"# {found}; {inside} of {whole} words stand in a stub")
    return DONE


def run_anchor(options: argparse.Namespace) -> int:
    place = anchored(options.text.read_text(encoding="utf-8"), options.quote)
    print(f"at: [{place.start}, {place.end}]\ndigest: {place.digest}")
    return DONE


def run_reanchor(options: argparse.Namespace) -> int:
    """A line a passage that did not stay, then the counts; 1 where a claim has to be read again."""
    article = read(options.article, ArticleFile)
    old, new = (path.read_bytes().decode("utf-8") for path in (options.old, options.new))
    if sha256_of(old) != article.article.digest:
        remedy = "Give the text that the claims were read from."
        raise InputError([Problem(str(options.old), "has not the digest of the article.", remedy)])
    places = [(entry.id, PassageAnchor(*entry.at, entry.digest)) for entry in article.claims]
    places += [(entry.id, PassageAnchor(*one.at, one.digest)) for entry in article.claims for one in entry.also_at]
    found = reanchored(old, new, places)
    for item in found:
        if item.after and item.fate is not PassageFate.UNCHANGED:
            print(f"{item.claim}: {item.fate}: at: [{item.after.start}, {item.after.end}] digest: {item.after.digest}")
        elif not item.after:
            print(f"{item.claim}: {item.fate}: was at [{item.before.start}, {item.before.end}]")
    counts = Counter(item.fate for item in found)
    print(", ".join(f"{counts[fate]} {fate}" for fate in PassageFate))
    return FAILED if counts[PassageFate.CHANGED] or counts[PassageFate.GONE] else DONE


def run_lint(options: argparse.Namespace) -> int:
    """A line a finding; a layer that is loaded is read from the folder of the ontology that it belongs to."""
    folder = options.ontology_as_given
    layers = [folder / name for name in options.layers or layer_names(folder)]
    sources = [Sources.read(folder, layer) for layer in layers] or [Sources.read(folder)]
    found = {problem for one in sources for problem in lint(one, options.articles)}
    print("".join(f"{problem}\n" for problem in sorted(found)), end="")
    print(f"{len(found)} findings")
    return FAILED if found else DONE


def run_conflicts(options: argparse.Namespace) -> int:
    """A line a pair, then their number; the status is 0, for two articles may well disagree."""
    knowledge = Knowledge(options.ontology)
    articles, claims = knowledge.ontology.articles, knowledge.ontology.claims
    if unknown := sorted(set(options.article or ()) - set(articles)):
        raise NotFound(
            [Problem("--article", f"there is no article {unknown[0]!r}.", f"There are: {', '.join(articles)}.")]
        )
    count = 0
    chosen = frozenset(options.article) if options.article else None
    for pair in opposed_claims(knowledge.ontology, knowledge.engine, chosen):
        if not options.across or claims[pair.supporting].article != claims[pair.opposing].article:
            print(pair)
            count += 1
    print(f"{count} pairs that a possible patient meets")
    return DONE


def run_preview(options: argparse.Namespace) -> int:
    knowledge = Knowledge(options.ontology)
    if options.claim not in knowledge.ontology.claims:
        raise NotFound([Problem("claim", f"there is no claim {options.claim!r}.", "See `warrant claims`.")])
    print(render.dumps(previewed(knowledge.ontology, knowledge.engine, options.claim)))
    return DONE
