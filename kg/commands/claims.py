"""`warrant claims`: the claims of the articles."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from textwrap import indent
from typing import Any

from kg import render
from kg.check.quotation import Refusal, quoted
from kg.commands.common import DONE, FORMATS, chosen_format, command, format_argument
from kg.errors import InputError, Problem
from kg.knowledge import Knowledge
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim
from kg.render.markdown import escape
from kg.render.nanopublications import nanopublications
from kg.vocabulary.names import Names
from kg.vocabulary.nearest import closest


def add(commands: Any) -> None:
    """Declare the command."""
    found = command(commands, "claims", run, "the claims of the articles", "warrant claims A0-39 --format json")
    found.add_argument("id", nargs="*", help="identifiers such as A0-39; all when none is given")
    found.add_argument("--article", help="only of this article")
    found.add_argument("--kind", help="only of this kind")
    found.add_argument("--concept", help="only those that conclude something of this concept (any of its names)")
    found.add_argument("--marker-state", help="only those with a marker in this state, or `uncited`")
    found.add_argument(
        "--articles", type=Path, metavar="FOLDER", help="the articles' texts: show each sentence in them"
    )
    format_argument(found, *FORMATS, "trig")


def run(options: argparse.Namespace) -> int:
    """The claims that pass every filter."""
    ontology = Knowledge(options.ontology).ontology
    unknown = [name for name in options.id if name not in ontology.claims]
    if unknown:
        close = {name: closest(name, ontology.claims) for name in unknown}
        raise InputError([Problem(name, "no such claim", "See `warrant claims`.", close[name]) for name in unknown])
    _known(ontology, options)
    concept = _concept(ontology, options.concept) if options.concept else ""
    named = (ontology.claims[name] for name in options.id or ontology.claims)
    found = [claim for claim in named if _wanted(claim, concept, options)]
    form = chosen_format(options)
    if form == "trig":
        sys.stdout.write(nanopublications(ontology, found).decode())
    elif form == "json":
        print(render.dumps([render.claim_json(claim) for claim in found]))
    else:
        write = _markdown if form == "markdown" else _text
        for claim in found:
            print(write(claim))
            if options.articles is not None:
                print(_quoted(ontology, claim, options.articles))
    return DONE


def _text(claim: Claim) -> str:
    return f"{claim.id}  {claim.kind}: {claim.sentence}\n    {render.source_line(claim)}"


def _markdown(claim: Claim) -> str:
    lines = (f"doubt ({basis}): {text}" for text, basis in claim.doubts)
    details = "".join(f"\n  - {escape(line)}" for line in (render.source_line(claim), *lines))
    return f"- **{claim.id}** ({escape(claim.kind)}) {escape(claim.sentence)}{details}"


def _quoted(ontology: Ontology, claim: Claim, folder: Path) -> str:
    """The passage of a claim in its paragraph, its words between « and »."""
    found = quoted(ontology.articles[claim.article], claim.passage, folder)
    if isinstance(found, Refusal):
        return f"    the text is {found}: see `warrant passages --articles {folder}`"
    return indent(f"{found.prefix}«{found.exact}»{found.suffix}", "    > ")


def _known(ontology: Ontology, options: argparse.Namespace) -> None:
    """Raises InputError for a filter that no claim can pass, with what there is."""
    claims = ontology.claims.values()
    there = {
        "article": {claim.article for claim in claims},
        "kind": {claim.kind for claim in claims},
        "marker_state": {state for claim in claims for state in _states(claim)},
    }
    problems = []
    for name, values in there.items():
        given = getattr(options, name)
        if given and given not in values:
            where, known = f"--{name.replace('_', '-')}", ", ".join(sorted(values))
            close = closest(given, values)
            problems.append(Problem(where, f"no claim has {given!r}", f"There are: {known}.", close))
    if problems:
        raise InputError(problems)


def _states(claim: Claim) -> set[str]:
    return {marker.state for marker in claim.markers} or {"uncited"}


def _wanted(claim: Claim, concept: str, options: argparse.Namespace) -> bool:
    return (
        (not options.article or claim.article == options.article)
        and (not options.kind or claim.kind == options.kind)
        and (not options.marker_state or options.marker_state in _states(claim))
        and (not concept or any(target == concept for _, target in claim.conclusions))
    )


def _concept(ontology: Ontology, name: str) -> str:
    try:
        return Names(ontology).find(name, "diagnoses").concept.name
    except LookupError as error:
        raise InputError(
            [Problem("--concept", str(error), "Use a label or a code.", getattr(error, "closest", ()))]
        ) from error
