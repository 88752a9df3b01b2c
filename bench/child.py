"""One measurement in a process of its own: `python -m bench.child TASK ARGUMENT...` prints one JSON object.

Every answer has `memory`, the process's largest resident size in MiB (`children`: that of its child processes).
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kg.reasoner.engine import Engine
    from kg.record.record import Record

PATIENTS: Final = 50
ROUNDS: Final = 5
DOZEN: Final = 12
Result = dict[str, Any]


def prepare(folder: str, claims: str, density: str) -> Result:
    """An ontology and patients for it."""
    from bench.generate import write  # noqa: PLC0415 - a child loads only what it measures
    from bench.records import record, save  # noqa: PLC0415
    from bench.world import patients, world  # noqa: PLC0415

    found, dense = world(int(claims), density == "dense"), density == "dense"
    write(found, Path(folder))
    save(map(record, patients(found, PATIENTS, dense)), Path(folder) / "patients.json")
    return {"conditions": len(found.conditions)}


def grow(folder: str, base: str, more: str, sharing: str) -> Result:
    """A sparse ontology and the same with claims added; of one patient of it, some condition is in some of those."""
    from bench.generate import write  # noqa: PLC0415
    from bench.records import record, save  # noqa: PLC0415
    from bench.world import grown, patients, world  # noqa: PLC0415
    from kg.ontology.modules import ModuleFiles  # noqa: PLC0415
    from kg.reasoner.engine import Engine  # noqa: PLC0415

    found, place = world(int(base), dense=False), Path(folder)
    patient = record(patients(found, 1, dense=False)[0])
    write(found, place / "before")
    (closure,) = Engine(ModuleFiles(place / "before")).infer([patient])
    names = {f"Condition{number}": number for number in range(len(found.conditions))}
    shared = sorted(names[name] for name in closure.types if name in names and name + "Refuted" not in closure.types)
    write(grown(found, int(more), int(sharing), shared), place / "after")
    for name in ("before", "after"):
        save([patient], place / name / "patients.json")
    return {"shared": len(shared)}


def examples(folder: str) -> Result:
    """The example patients of the three articles and random ones, as records on file."""
    from bench.records import save  # noqa: PLC0415
    from kg.judges.patients import patients  # noqa: PLC0415
    from kg.ontology.compiled import Ontology  # noqa: PLC0415
    from kg.record.assertions import record  # noqa: PLC0415
    from kg.record.examples import paths, read_example  # noqa: PLC0415

    ontology = Ontology()
    Path(folder).mkdir(parents=True, exist_ok=True)
    found = [read_example(ontology, path) for path in paths(ontology.folder)]
    found += [record(ontology, facts) for facts in patients(ontology, PATIENTS, 1)]
    save(found, Path(folder) / "patients.json")
    return {"folder": str(ontology.folder), "claims": sum(claim.executable for claim in ontology.claims.values())}


def compiled(folder: str) -> Result:
    """Compiling, file by file, into the cache."""
    from kg.ontology.modules import ModuleFiles  # noqa: PLC0415
    from kg.reasoner.rule_cache import store  # noqa: PLC0415
    from kg.reasoner.rules import write_rules  # noqa: PLC0415

    modules, start = ModuleFiles(Path(folder)), time.perf_counter()
    rules = store(modules.digest, write_rules(modules))
    return {"seconds": time.perf_counter() - start, "rules": len(rules.rules)}


def engine(folder: str, patients: str) -> Result:
    """An engine from the cache by the digest of its files, and the patients one by one, with and without recording."""
    from bench.records import read  # noqa: PLC0415
    from kg.cache.collector import settled  # noqa: PLC0415
    from kg.ontology.modules import ModuleFiles  # noqa: PLC0415
    from kg.proof.engine_trace import derivations  # noqa: PLC0415
    from kg.reasoner.engine import Engine  # noqa: PLC0415
    from kg.reasoner.rule_cache import load  # noqa: PLC0415

    records, start = read(Path(patients)), time.perf_counter()
    rules = load(ModuleFiles(Path(folder)).digest)
    loaded = time.perf_counter() - start
    if rules is None:
        raise SystemExit("no cache")
    one = Engine(rules=rules)
    settled()
    first = _each(records[:1], lambda record: one.closure(one.saturate(record)), 1)[0]
    recorded = _each(records, lambda record: one.closure(one.saturate(record)))
    bare = _each(records, lambda record: one.closure(one.saturate(record, recording=False)))
    runs = [one.saturate(record) for record in records]
    applies = [one.closure(run).claims("claimApplies") for run in runs]
    found = {
        "load": loaded * 1000,
        "first": first,
        "median": statistics.median(recorded),
        "p95": _p95(recorded),
        "bare": statistics.median(bare),
        "fired": statistics.median(sum(map(len, derivations(one, run).ways.values())) for run in runs),
        "applies": statistics.median(map(len, applies)),
        "applied": sum(map(len, applies[:DOZEN])),
        "facts": statistics.median(len(record.assertions) for record in records),
    }
    return found | _explained(one, records)


def _explained(one: Engine, records: Sequence[Record]) -> Result:
    """Milliseconds a patient for the closure, all derivations, and the proof of every conclusion."""
    from kg.proof.derivations import Conclusion  # noqa: PLC0415
    from kg.proof.engine_trace import derivations  # noqa: PLC0415
    from kg.proof.proof import Explainer  # noqa: PLC0415

    situations = _situations(one)
    asked: dict[str, list[list[Conclusion]]] = {"explained": [], "all": []}
    for closure in one.infer(records):
        values = [Conclusion(closure.patient, prop, name) for prop in closure.values for name in closure.values[prop]]
        types = [Conclusion(closure.patient, "type", name) for name in closure.types]
        asked["explained"].append(sorted(values + [item for item in types if item.object in situations]))
        asked["all"].append(sorted(values + types))

    def explain(record: Record, conclusions: list[Conclusion]) -> list[str]:
        return [step.id for step in Explainer(derivations(one, one.saturate(record))).steps(conclusions)]

    found: Result = {"proofs": statistics.median(map(len, asked["explained"]))}
    for name, rows in asked.items():
        times = _each(list(zip(records, rows, strict=True)), lambda row: explain(*row))
        found |= {name: statistics.median(times), name + "_p95": _p95(times)}
    return found


def _situations(one: Engine) -> frozenset[str]:
    """The situations of claims' readings: the classes from which a reading follows."""
    features = one.rules.features
    heads = {n for n, feature in enumerate(features) if feature.property in ("holdsInReading", "failsInReading")}
    bodies = {feature for rule in one.rules.rules if rule.head in heads for feature in rule.body}
    return frozenset(features[number].filler for number in bodies)


def _each(records: Sequence[Any], infer: Callable[[Any], object], rounds: int = ROUNDS) -> list[float]:
    """Milliseconds of every patient in every round after one to warm up; few patients are asked more often."""
    rounds = max(rounds, 200 // len(records)) if rounds > 1 else 1
    times = []
    for number in range(rounds + (rounds > 1)):
        for record in records:
            start = time.perf_counter()
            infer(record)
            if number or rounds == 1:
                times.append((time.perf_counter() - start) * 1000)
    return times


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def hermit(folder: str, patients: str, cap: str) -> Result:
    """HermiT through the project's own worker: the wall time of one patient, and of a dozen in one call."""
    from bench.records import read  # noqa: PLC0415
    from kg.judges.hermit import Hermit  # noqa: PLC0415
    from kg.ontology.compiled import Ontology  # noqa: PLC0415

    reasoner = Hermit(Ontology(Path(folder)), float(cap))
    records, start = read(Path(patients))[:DOZEN], time.perf_counter()
    reasoner.infer(records[:1])
    alone, start = time.perf_counter() - start, time.perf_counter()
    closures = reasoner.infer(records)
    seconds = time.perf_counter() - start
    return {
        "alone": alone,
        "seconds": seconds,
        "applied": sum(len(closure.claims("claimApplies")) for closure in closures),
    }


def owlrl(folder: str, patients: str, _cap: str) -> Result:
    """owlrl: the OWL 2 RL closure of the ontology with a dozen patients."""
    from rdflib import Graph, URIRef  # noqa: PLC0415

    rival = import_module("owlrl")
    source, graph = _merged(Path(folder), Path(patients)), Graph()
    start = time.perf_counter()
    graph.parse(source, format="turtle")
    rival.DeductiveClosure(rival.OWLRL_Semantics).expand(graph)
    seconds = time.perf_counter() - start
    found = graph.subject_objects(URIRef("https://w3id.org/warrant/claimApplies"))
    return {"seconds": seconds, "applied": len(set(found))}


def reasonable(folder: str, patients: str, _cap: str) -> Result:
    """reasonable: the same, in Rust."""
    source, one = _merged(Path(folder), Path(patients)), import_module("reasonable").PyReasoner()
    start = time.perf_counter()
    one.load_file(str(source))
    triples = one.reason()
    seconds = time.perf_counter() - start
    found = {(s, o) for s, p, o in triples if str(p) == "https://w3id.org/warrant/claimApplies"}
    return {"seconds": seconds, "applied": len(found)}


def _merged(folder: Path, patients: Path) -> Path:
    """Ontology and a dozen patients in one file."""
    from bench.records import lines, read  # noqa: PLC0415
    from kg.ontology.modules import ModuleFiles  # noqa: PLC0415

    modules, target = ModuleFiles(folder), folder / "merged.ttl"
    with target.open("w", encoding="utf-8") as file:
        for path in modules.files:
            file.writelines(f"{triple} .\n" for triple in modules.triples_of(path))
        for one in read(patients)[:DOZEN]:
            file.writelines(lines(one))
    return target


TASKS: Final[dict[str, Callable[..., Result]]] = {
    task.__name__: task for task in (prepare, grow, examples, compiled, engine, hermit, owlrl, reasonable)
}


def main() -> None:
    result = TASKS[sys.argv[1]](*sys.argv[2:])
    result["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result["children"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps(result))


if __name__ == "__main__":
    main()
