"""`warrant claims`: the claims of the articles."""

from __future__ import annotations

import argparse
from typing import Any

from kg import render
from kg.authoring import compiler
from kg.commands.common import DONE, chosen_format, command, format_argument
from kg.entries import Claim
from kg.errors import InputError, Problem
from kg.knowledge import Knowledge
from kg.names import Names
from kg.ontology import Ontology


def add(commands: Any) -> None:
    """Declare the command."""
    found = command(commands, "claims", run, "the claims of the articles", "warrant claims A0-39 --format json")
    found.add_argument("id", nargs="*", help="identifiers such as A0-39; all when none is given")
    found.add_argument("--article", help="only of this article")
    found.add_argument("--kind", help="only of this kind")
    found.add_argument("--concept", help="only those that conclude something of this concept (any of its names)")
    found.add_argument("--marker-state", help="only those with a marker in this state, or `uncited`")
    format_argument(found, "text", "json")


def run(options: argparse.Namespace) -> int:
    """The claims that pass every filter."""
    ontology = Knowledge(options.ontology).ontology
    unknown = [name for name in options.id if name not in ontology.claims]
    if unknown:
        close = {name: compiler.closest(name, ontology.claims) for name in unknown}
        raise InputError([Problem(name, "no such claim", "See `warrant claims`.", close[name]) for name in unknown])
    found = [ontology.claims[name] for name in options.id or ontology.claims]
    found = [claim for claim in found if _wanted(ontology, claim, options)]
    if chosen_format(options) == "json":
        print(render.dumps([render.claim_json(claim) for claim in found]))
        return DONE
    for claim in found:
        print(f"{claim.id}  {claim.kind}: {claim.sentence}\n    {render.source_line(claim)}")
    return DONE


def _wanted(ontology: Ontology, claim: Claim, options: argparse.Namespace) -> bool:
    states = {marker.state for marker in claim.markers} or {"uncited"}
    concept = _concept(ontology, options.concept) if options.concept else ""
    return (
        (not options.article or claim.article == options.article)
        and (not options.kind or claim.kind == options.kind)
        and (not options.marker_state or options.marker_state in states)
        and (not concept or any(target == concept for _, target in claim.conclusions))
    )


def _concept(ontology: Ontology, name: str) -> str:
    try:
        return Names(ontology).find(name, "diagnoses").concept.name
    except LookupError as error:
        raise InputError(
            [Problem("--concept", str(error), "Use a label or a code.", getattr(error, "closest", ()))]
        ) from error
