"""A patient's derivations, and an ontology, with part of what they rest on taken away."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from kg.ontology.compiled import Ontology
from kg.proof.derivations import Derivations
from kg.proof.proof import ProofLeaf


def left(known: Derivations, leaves: Iterable[ProofLeaf]) -> Derivations:
    """What can be derived from some facts and axioms alone."""
    texts = {leaf.text for leaf in leaves}
    kept = {
        conclusion: tuple(i for i in group if str(conclusion if i.axiom is None else known.axioms[i.axiom]) in texts)
        for conclusion, group in known.instances.items()
    }
    return Derivations(kept, known.axioms)


def without_sources(ontology: Ontology, sources: frozenset[str], folder: Path) -> Ontology:
    """The ontology as if the axioms of these sources had never been written."""
    gone = {f"https://w3id.org/warrant/{source}" for source in sources}
    for path in ontology.files:
        target = folder / path.relative_to(ontology.folder)
        target.parent.mkdir(exist_ok=True)
        target.write_text(
            "\n".join(f"{triple} ." for triple in _kept(ontology.triples_of(path), gone)), encoding="utf-8"
        )
    name = "catalog-v001.xml"
    (folder / name).write_bytes((ontology.folder / name).read_bytes())
    return Ontology(folder)


def _kept(triples: Iterable[ox.Triple], gone: set[str]) -> Iterable[ox.Triple]:
    notes: dict[object, dict[str, object]] = {}
    for triple in triples:
        notes.setdefault(triple.subject, {})[triple.predicate.value.rsplit("#")[-1].rsplit("/")[-1]] = triple.object
    names = ("annotatedSource", "annotatedProperty", "annotatedTarget")
    dropped = {
        tuple(note[name] for name in names)
        for note in notes.values()
        if "annotatedSource" in note and getattr(note["source"], "value", "") in gone
    }
    return (triple for triple in triples if tuple(triple) not in dropped)
