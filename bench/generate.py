"""Writes a generated ontology: `python -m bench.generate FOLDER CLAIMS [--dense] [--seed N]`.

The same arguments give the same bytes. Modules are written one after the other, a thousand entries each, with a
catalogue: the text is never in memory as a whole.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from bench.world import LIMITS, Claim, Condition, World, world

ENTRIES: Final = 1000
PREFIXES: Final = """@prefix : <https://w3id.org/warrant/> .
@prefix claim: <https://w3id.org/warrant/claim/> .
@prefix witness: <https://w3id.org/warrant/witness/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://w3id.org/warrant/ontology/{name}> a owl:Ontology .
"""
CLASSES: Final = ("Patient", "Finding", "Measurement", "Situation", "RefutedSituation")
PROPERTIES: Final = {
    "hasFinding": "",
    "hasStatedFinding": "rdfs:subPropertyOf :hasFinding",
    "hasCurrentMeasurement": "rdfs:subPropertyOf :hasFinding",
    "hasHistoryOf": "",
    "hasNarrower": "",
    "hasAbsent": "rdfs:domain :Patient ; owl:propertyChainAxiom ( :hasAbsent :hasNarrower )",
    "hasNoHistoryOf": "rdfs:domain :Patient ; owl:propertyChainAxiom ( :hasNoHistoryOf :hasNarrower )",
    "hasClash": "rdfs:domain :Patient",
    "claimApplies": "rdfs:domain :Patient",
    "claimExcluded": "rdfs:domain :Patient",
    "holdsInReading": "rdfs:domain :Patient",
    "failsInReading": "rdfs:domain :Patient",
    "concludes": "",
    "arguesFor": 'rdfs:subPropertyOf :concludes ; :listedAs "differential"',
    "arguesAgainst": 'rdfs:subPropertyOf :concludes ; :listedAs "counterarguments"',
    "ordersStep": 'rdfs:subPropertyOf :concludes ; :listedAs "next_steps"',
    "suggests": "rdfs:subPropertyOf :arguesFor",
    "refutes": "rdfs:subPropertyOf :arguesAgainst",
    "recommends": "rdfs:subPropertyOf :ordersStep",
    "hasDifferential": "owl:propertyChainAxiom ( :claimApplies :arguesFor )",
    "hasArgumentAgainst": "owl:propertyChainAxiom ( :claimApplies :arguesAgainst )",
    "hasNextStep": "owl:propertyChainAxiom ( :claimApplies :ordersStep )",
}
DATA: Final = ("value", "valueAtMost", "valueBelow", "valueAtLeast", "valueAbove")
SIDES: Final = {
    "Below": (("value", "maxExclusive"), ("valueAtMost", "maxExclusive"), ("valueBelow", "maxInclusive")),
    "AtLeast": (("value", "minInclusive"), ("valueAtLeast", "minInclusive"), ("valueAbove", "minInclusive")),
}


def write(found: World, folder: Path) -> None:
    """The modules of an ontology and their catalogue."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [_module(folder, "core", _core()), _module(folder, "thresholds", _thresholds(found))]
    names += _modules(folder, "terms", (_concept(found, number) for number in range(found.concepts)))
    names += _modules(folder, "conditions", (_elementary(*pair) for pair in enumerate(found.conditions)))
    names += _modules(folder, "claims", ("".join(_claim(*pair)) for pair in enumerate(found.claims)))
    rows = "".join(f'<uri name="https://w3id.org/warrant/ontology/{name}" uri="{name}.ttl"/>\n' for name in names)
    catalog = f'<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">\n{rows}</catalog>\n'
    (folder / "catalog-v001.xml").write_text(catalog, encoding="utf-8")


def _modules(folder: Path, name: str, entries: Iterator[str]) -> list[str]:
    names: list[str] = []
    while some := list(islice(entries, ENTRIES)):
        names.append(_module(folder, f"{name}-{len(names):03}", some))
    return names


def _module(folder: Path, name: str, entries: Iterable[str]) -> str:
    with (folder / f"{name}.ttl").open("w", encoding="utf-8") as file:
        file.write(PREFIXES.format(name=name))
        file.writelines(entries)
    return name


# -- entries


def _core() -> Iterator[str]:
    yield ":listedAs a owl:AnnotationProperty .\n"
    yield from (f":{name} a owl:Class .\n" for name in CLASSES)
    for name, axioms in PROPERTIES.items():
        yield f":{name} a owl:ObjectProperty{' ; ' if axioms else ''}{axioms} .\n"
    yield from (f":{name} a owl:DatatypeProperty .\n" for name in DATA)


def _thresholds(found: World) -> Iterator[str]:
    for quantity in range(found.quantities):
        yield f":Quantity{quantity}Measurement a owl:Class ; rdfs:subClassOf :Measurement .\n"
        for limit in LIMITS:
            for side, rows in SIDES.items():
                name = f":Quantity{quantity}{side}{limit}"
                yield f"{name} a owl:Class .\n"
                yield from (_facet(f":Quantity{quantity}Measurement", name, limit, *row) for row in rows)


def _facet(measurement: str, name: str, limit: int, prop: str, bound: str) -> str:
    datatype = f"[ a rdfs:Datatype ; owl:onDatatype xsd:decimal ; owl:withRestrictions ( [ xsd:{bound} {limit}.0 ] ) ]"
    body = f"[ a owl:Restriction ; owl:onProperty :{prop} ; owl:someValuesFrom {datatype} ]"
    return f"[] a owl:Class ; owl:intersectionOf ( {measurement} {body} ) ; rdfs:subClassOf {name} .\n"


def _concept(found: World, number: int) -> str:
    parent = found.parent(number)
    above = "Finding" if parent is None else f"Finding{parent}"
    clash = f"owl:intersectionOf ( {_some('hasFinding', number)} {_value('hasAbsent', f':Finding{number}')} )"
    lines = f":Finding{number} a owl:Class , owl:NamedIndividual ; rdfs:subClassOf :{above} .\n"
    lines += "" if parent is None else f":Finding{parent} :hasNarrower :Finding{number} .\n"
    return lines + f"[] a owl:Class ; {clash} ; rdfs:subClassOf {_value('hasClash', f':Finding{number}')} .\n"


def _some(prop: str, target: object) -> str:
    name = target if isinstance(target, str) else f":Finding{target}"
    return f"[ a owl:Restriction ; owl:onProperty :{prop} ; owl:someValuesFrom {name} ]"


def _value(prop: str, target: str) -> str:
    return f"[ a owl:Restriction ; owl:onProperty :{prop} ; owl:hasValue {target} ]"


def _elementary(number: int, condition: Condition) -> str:
    name, target = f":Condition{number}", condition.target
    match condition.kind:
        case "finding":
            ways = (_some("hasFinding", target), _value("hasAbsent", f":Finding{target}"))
        case "history":
            ways = (_some("hasHistoryOf", target), _value("hasNoHistoryOf", f":Finding{target}"))
        case kind:
            sides = ("Below", "AtLeast") if kind == "below" else ("AtLeast", "Below")
            limits = [f":Quantity{target}{side}{condition.limit}" for side in sides]
            ways = (_some("hasCurrentMeasurement", limits[0]), _some("hasCurrentMeasurement", limits[1]))
    return (
        f"{name} a owl:Class ; rdfs:subClassOf :Situation .\n{ways[0]} rdfs:subClassOf {name} .\n"
        f"{name}Refuted a owl:Class ; rdfs:subClassOf :RefutedSituation .\n{ways[1]} rdfs:subClassOf {name}Refuted .\n"
    )


def _claim(number: int, claim: Claim) -> Iterator[str]:
    """Each reading with its situation and refutation; the claim applies, or is excluded, in all readings together."""
    name = f"claim:{number}"
    yield f"{name} a owl:NamedIndividual ; :{claim.predicate} :Finding{claim.target} .\n"
    situations = [f":Situation{number}x{reading}" for reading in range(len(claim.readings))]
    for reading, (situation, parts) in enumerate(zip(situations, claim.readings, strict=True)):
        yield from _situation(situation, parts)
        yield f"<https://w3id.org/warrant/claim/{number}/reading/{reading}> a owl:NamedIndividual .\n"
        target = f"<https://w3id.org/warrant/claim/{number}/reading/{reading}>"
        yield f"{situation} rdfs:subClassOf {_value('holdsInReading', target)} .\n"
        yield f"{situation}Refuted rdfs:subClassOf {_value('failsInReading', target)} .\n"
    yield _all(situations, _value("claimApplies", name))
    yield _all([situation + "Refuted" for situation in situations], _value("claimExcluded", name))
    if claim.witness is not None:
        yield f"witness:{number} a owl:NamedIndividual , :Finding{claim.witness} .\n"
        yield f"{situations[0]} rdfs:subClassOf {_value('hasFinding', f'witness:{number}')} .\n"


def _all(classes: Sequence[str], head: str) -> str:
    if len(classes) == 1:
        return f"{classes[0]} rdfs:subClassOf {head} .\n"
    return f"[] a owl:Class ; owl:intersectionOf ( {' '.join(classes)} ) ; rdfs:subClassOf {head} .\n"


def _situation(name: str, parts: Iterable[tuple[int, ...]]) -> Iterator[str]:
    """All of the parts; a part that is either of two conditions has a name of its own, as in the articles."""
    yield f"{name} a owl:Class ; rdfs:subClassOf :Situation .\n"
    yield f"{name}Refuted a owl:Class ; rdfs:subClassOf :RefutedSituation .\n"
    classes = []
    for place, part in enumerate(parts):
        classes.append(f":Condition{part[0]}" if len(part) == 1 else f"{name}Part{place}")
        if len(part) > 1:
            yield from _either(classes[-1], [f":Condition{number}" for number in part])
        yield f"{classes[-1]}Refuted rdfs:subClassOf {name}Refuted .\n"
    yield f"{name} owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( {' '.join(classes)} ) ] .\n"


def _either(name: str, conditions: Sequence[str]) -> Iterator[str]:
    yield f"{name} a owl:Class ; rdfs:subClassOf :Situation .\n"
    yield f"{name}Refuted a owl:Class ; rdfs:subClassOf :RefutedSituation .\n"
    yield from (f"{condition} rdfs:subClassOf {name} .\n" for condition in conditions)
    yield _all([condition + "Refuted" for condition in conditions], name + "Refuted")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("claims", type=int)
    parser.add_argument("--dense", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write(world(given.claims, given.dense, given.seed), given.folder)


if __name__ == "__main__":
    main()
