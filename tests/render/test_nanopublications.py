"""Each claim as a nanopublication that keeps the rules of https://nanopub.net/guidelines/working_draft."""

from __future__ import annotations

import pyoxigraph as ox

from graphs import KNOWLEDGE
from kg.ontology import terms
from kg.render.nanopublications import NP, nanopublications

TYPE = ox.NamedNode(terms.RDF + "type")


def test_every_claim_is_one_valid_nanopublication() -> None:
    # Given all claims as TriG, read back
    claims = list(KNOWLEDGE.ontology.claims.values())
    quads = list(ox.parse(nanopublications(KNOWLEDGE.ontology, claims), format=ox.RdfFormat.TRIG))
    graphs: dict[ox.NamedNode, list[ox.Quad]] = {}
    for quad in quads:
        assert isinstance(quad.graph_name, ox.NamedNode)  # every triple is in one of the graphs
        graphs.setdefault(quad.graph_name, []).append(quad)
    heads = [quad for quad in quads if (quad.predicate, quad.object) == (TYPE, ox.NamedNode(NP + "Nanopublication"))]
    assert len(heads) == len(claims) == len({quad.subject for quad in heads})
    for head in heads:
        # then each has a head that names three other graphs, none of them empty
        parts = {
            prop: [quad.object for quad in graphs[head.graph_name] if quad.predicate.value == NP + prop]
            for prop in ("hasAssertion", "hasProvenance", "hasPublicationInfo")
        }
        ((assertion,), (provenance,), (info,)) = parts.values()
        assert len({head.graph_name, assertion, provenance, info}) == 4
        assert all(part in graphs for part in (assertion, provenance, info))
        # the provenance is about the assertion, the publication information about the nanopublication
        assert any(quad.subject == assertion for quad in graphs[provenance])  # type: ignore[index]
        about = {quad.predicate.value for quad in graphs[info] if quad.subject == head.subject}  # type: ignore[index]
        assert {terms.DCTERMS + "created", terms.DCTERMS + "license", terms.PROV + "wasAttributedTo"} <= about
    assert len(graphs) == 4 * len(claims)


def test_an_assertion_says_what_the_claim_concludes() -> None:
    claim = KNOWLEDGE.ontology.claims["A0-39"]
    text = nanopublications(KNOWLEDGE.ontology, [claim]).decode()
    assert all(f":{predicate} " in text for predicate, _ in claim.conclusions)
    assert f'"{claim.passage.digest}"' in text
