"""Parts of a claim that are nodes of their own: phases of a dose, effects and doubts."""

from __future__ import annotations

from rdflib import Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS

from kg.authoring import nodes
from kg.authoring.claim_schema import ClaimEntry, DoubtEntry, EffectSize, RegimenPhaseEntry
from kg.authoring.owl import Module, canonical_decimal


def write_parts(module: Module, entry: ClaimEntry) -> None:
    """Add the doses, effects and doubts of a claim to a module."""
    for number, phase in enumerate(entry.regimen, 1):
        _regimen(module, entry, phase, number)
    for number, effect in enumerate(entry.effects, 1):
        _effect(module, entry, effect, number)
    for number, doubt in enumerate(entry.doubts, 1):
        _doubt(module, entry, doubt, number)


def part_of(module: Module, entry: ClaimEntry, prop: str, kind: str, number: int) -> URIRef:
    """The node of a part of a claim: a dose, an effect, a doubt or a reading."""
    claim = nodes.claim(entry.id)
    iri = URIRef(f"{claim}/{kind.lower()}/{number}")
    module.note(claim, nodes.term(prop), iri)
    module.note(iri, RDFS.label, Literal(f"{entry.id}, {kind.lower()} {number}", lang="en"))
    module.note(iri, RDF.type, OWL.NamedIndividual)
    if kind in ("Regimen", "Effect", "Reading"):
        module.axiom(iri, RDF.type, nodes.term(kind), claim)
    return iri


def _regimen(module: Module, entry: ClaimEntry, phase: RegimenPhaseEntry, number: int) -> None:
    iri = part_of(module, entry, "hasRegimen", "Regimen", number)
    module.note(iri, nodes.term("substance"), nodes.term(phase.substance))
    for field in ("phase", "dose", "unit", "route", "frequency", "duration", "until"):
        if text := getattr(phase, field):
            module.text(iri, nodes.term(field), text)


def _effect(module: Module, entry: ClaimEntry, effect: EffectSize, number: int) -> None:
    iri = part_of(module, entry, "hasEffect", "Effect", number)
    for field in ("measure", "printed", "unit", "population", "direction", "interval"):
        if text := getattr(effect, field):
            module.text(iri, nodes.term(field), text)
    for prop, figure in (("effectValue", effect.value), ("effectLow", effect.low), ("effectHigh", effect.high)):
        if figure is not None:
            module.note(iri, nodes.term(prop), canonical_decimal(figure))
    if effect.outcome:
        module.note(iri, nodes.term("outcome"), nodes.term(effect.outcome))


def _doubt(module: Module, entry: ClaimEntry, doubt: DoubtEntry, number: int) -> None:
    iri = part_of(module, entry, "hasDoubt", "Doubt", number)
    module.text(iri, nodes.term("doubt"), doubt.text)
    module.text(iri, nodes.term("doubtBasis"), doubt.basis)
    for other in doubt.with_:
        module.note(iri, nodes.term("doubtWith"), nodes.claim(other))
