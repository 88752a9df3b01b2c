"""Persistent identifiers: the redirects of w3id/.htaccess lead every IRI of ours to an address that answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import pyoxigraph as ox
import pytest

from api.routes.terms import place_of
from kg.ontology import describe, terms
from kg.ontology.compiled import Ontology
from places import ROOT

RULES = (ROOT / "w3id" / ".htaccess").read_text(encoding="utf-8").splitlines()
TURTLE = "text/turtle"


@dataclass(frozen=True)
class Redirect:
    pattern: str
    target: str
    accept: str


@cache
def redirects() -> tuple[Redirect, ...]:
    """The rules of mod_rewrite in their order, each with the condition before it."""
    found, accept = [], ""
    for line in RULES:
        name, *rest = line.split()[:3] or [""]
        if name == "RewriteCond":
            accept = rest[1]
        if name == "RewriteRule":
            found.append(Redirect(rest[0], rest[1], accept))
            accept = ""
    return tuple(found)


def led_to(name: str, accept: str) -> str:
    """The path on the service to which a local name is led."""
    for one in redirects():
        match = re.search(one.pattern, name)
        if match and re.search(one.accept, accept):
            return one.target.replace("https://HOST", "").replace("$1", match[1] if match.groups() else "")
    return ""


def answered(ontology: Ontology, path: str) -> bool:
    """Whether the service has something at a path, by its own tables."""
    kind, _, name = path.removeprefix("/").partition("/")
    if kind == "id":
        return place_of(ontology, name) != ""
    if kind == "ontology":
        known = {"", "warrant", *describe.module_names(ontology)}
        return re.sub(r"\.(ttl|owl|jsonld)$", "", name) in known or name.startswith("examples/")
    return path in ("/", "/sparql", "/.well-known/void") or kind == "shapes"


def test_the_rules_are_read() -> None:
    assert len(redirects()) > 10
    assert led_to("claim/A0-39", TURTLE) == "/id/claim/A0-39"
    assert led_to("ontology", TURTLE) == "/ontology/warrant.ttl"
    assert led_to("ontology", "text/html") == "/ontology"
    assert led_to("ontology/0.1.0", TURTLE) == "/ontology/warrant.ttl"
    assert led_to("ontology/0.1.0/core", TURTLE) == "/ontology/core"


def test_every_released_iri_is_led_to_an_address_that_answers(ontology: Ontology) -> None:
    released = (ontology.folder / "released-iris.txt").read_text(encoding="utf-8").split()
    assert len(released) > 1600
    assert [iri for iri in released if not answered(ontology, led_to(terms.local(iri), TURTLE))] == []


def test_every_iri_of_the_product_is_led_to_an_address_that_answers(ontology: Ontology) -> None:
    quads = ox.parse(path=str(ontology.folder / "warrant.ttl"))
    nodes = {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}
    ours = {terms.local(iri) for iri in nodes if iri.startswith(terms.BASE)}
    assert len(ours) > 2000
    assert [name for name in sorted(ours) if not answered(ontology, led_to(name, TURTLE))] == []


@pytest.mark.parametrize("name", ["Unheard", "claim/A9-99", "ontology/nothing"])
def test_what_there_is_not_is_led_nowhere(ontology: Ontology, name: str) -> None:
    assert not answered(ontology, led_to(name, TURTLE))
