"""The IRIs of `kg.ontology.terms` as rdflib's nodes, for what writes graphs.

They stand apart because a program that only answers does without rdflib, a sixth of its start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, ParamSpec

from rdflib import Namespace, URIRef

from kg.ontology import terms

P = ParamSpec("P")


def _node(make: Callable[P, str]) -> Callable[P, URIRef]:
    def made(*arguments: P.args, **named: P.kwargs) -> URIRef:
        return URIRef(make(*arguments, **named))

    return made


W: Final = Namespace(terms.BASE)
OA: Final = Namespace(terms.OA)
PROV: Final = Namespace(terms.PROV)
CITO: Final = Namespace(terms.CITO)
DEFINITION: Final = URIRef(terms.DEFINITION)
LICENSE: Final = URIRef(terms.LICENSE)

term = _node(terms.term)
claim = _node(terms.claim)
reading = _node(terms.reading)
article = _node(terms.article)
passage = _node(terms.passage)
marker = _node(terms.marker)
reference = _node(terms.reference)
source = _node(terms.source)
witness = _node(terms.witness)
interval = _node(terms.interval)
alert = _node(terms.alert)
shown = _node(terms.shown)
module = _node(terms.module)
version = _node(terms.version)
