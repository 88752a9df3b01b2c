"""The results of a run as bench/README.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

DOZEN: Final = 12
DENSITIES: Final = ("sparse", "dense")
RIVALS: Final = {"hermit": "HermiT", "owlrl": "owlrl", "reasonable": "reasonable"}
NOT_ASKED: Final = "not asked in this run"
NUMBERS: Final = ("load", "first", "median", "p95", "bare", "explained", "explained_p95")
COUNTS: Final = ("facts", "fired", "applies", "proofs", "memory")
Results = Mapping[str, Mapping[str, Any]]

HEAD: Final = """# Benchmarks

Written by `python -m bench.run`; do not edit. All figures are of one run, each from a process of its own: wall time,
and the largest resident size of the process. The generator (`bench/generate.py`) is deterministic. Sparse: as many
conditions as claims. Dense: five claims to a condition. A patient meets some claims whole (sparse 4, dense 8),
contradicts others and has something besides; a patient of a larger ontology states no more.
"""
EXPLAINED: Final = """
Load: from the module files over their digest and the cache on disk to an engine that can be
asked, checksum included. First: the first patient after that, when nothing is decoded yet. Median, p95: all conclusions
of one patient, every rule instance recorded. Bare: the median without recording. Explained: the same with all
derivations (`kg.proof.engine_trace`) and the proofs as one DAG, with the content hash of every step, of every
conclusion: all outcomes of claims, all entries of lists and the situations of claims' readings. Facts, instances,
applies, proofs: assertions about a patient, recorded rule instances, claims that apply, conclusions that are proved;
medians. The three articles: the example patients and fifty random ones; `python -m bench.proofs` asks for 200 and for
the stages apart. Growth: one patient of the sparse thousand, before and after 99,000 claims are added, 9,900 of which
have one condition in common with the patient. Memory of the process that asked, not compiled.
"""
RIVALRY: Final = """
Twelve patients in one call, ontology and start included, divided by twelve; for HermiT also one patient in a call, as
a user asks it. The engine's figure is its median at the same size, one patient at a time. Cap: {cap:.0f} s for a rival
at a size; past it, no larger size is tried. owlrl and reasonable do OWL 2 RL without datatype facets, so they find
fewer of the claims that apply; "applying" is how many they find over the twelve patients, of how many the engine finds.
"""


def report(results: Results, about: Mapping[str, str], cap: float) -> str:
    """The whole page."""
    parts = [HEAD, "\n## Machine\n\n", *(f"- {name}: {value}\n" for name, value in about.items())]
    parts += ["\n## Targets\n\n", *_table(("target", "measured", "met"), list(_targets(results)))]
    parts += ["\n## The engine\n", EXPLAINED, "\n", *_engine(results)]
    parts += ["\n## Against others\n", RIVALRY.format(cap=cap), "\n", *_rivals(results)]
    return "".join(parts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (head, ["---"] * len(head), *rows):
        yield "| " + " | ".join(row) + " |\n"


# -- targets


def _targets(results: Results) -> Iterator[tuple[str, str, str]]:
    articles = results["articles engine"]
    yield _row("three articles: the cache loads in under 100 ms, digest included", articles["load"], "ms", 100)
    target = "three articles: all conclusions of a patient with all their proofs, p95 at most 5 ms"
    yield _row(target, articles["explained_p95"], "ms", 5)
    yield _row("the same with the proofs of all classes of the patient too", articles["all_p95"], "ms", 5)
    for density in DENSITIES:
        if found := results.get(f"{density} 1000 engine"):
            yield _row(f"1,000 claims, {density}: median at most 1 ms, derivations recorded", found["median"], "ms", 1)
            yield from _times(results, density)
    if before := results.get("growth before engine"):
        ratio = results["growth after engine"]["median"] / before["median"]
        yield _row("99,000 claims added, a tenth sharing a condition: at most three times", ratio, "times", 3)
    for density in DENSITIES:
        if found := results.get(f"{density} 100000 engine"):
            yield _row(f"100,000 claims, {density}: under 1 GiB with the cache loaded", found["memory"], "MiB", 1024)


def _row(target: str, value: float, unit: str, most: float) -> tuple[str, str, str]:
    return target, f"{value:,.2f} {unit}", "yes" if value <= most else "**no**"


def _times(results: Results, density: str) -> Iterator[tuple[str, str, str]]:
    target = f"1,000 claims, {density}: at least 5,000 times HermiT, "
    rival, median = results.get(f"{density} 1000 hermit", {}), results[f"{density} 1000 engine"]["median"]
    for said, key, patients in (("one patient asked", "alone", 1), ("each of twelve asked at once", "seconds", DOZEN)):
        if key in rival:
            ratio = rival[key] * 1000 / patients / median
            yield target + said, f"{ratio:,.0f} times", "yes" if ratio >= 5000 else "**no**"
        else:
            yield target + said, "HermiT did not finish", "not known"


# -- the engine


def _engine(results: Results) -> Iterator[str]:
    head = (
        "ontology rules compile/s load/ms first/ms median/ms p95/ms bare/ms explained/ms its_p95/ms facts instances "
        "applies proofs memory/MiB"
    )
    rows = []
    for name, found in results.items():
        if name.endswith(" engine"):
            made = results[name.removesuffix("engine") + "compiled"]
            rows.append([_name(name.removesuffix(" engine")), f"{made['rules']:,}", *_numbers(found, made)])
    yield from _table([word.replace("_", " ") for word in head.split()], rows)


def _numbers(found: Mapping[str, Any], made: Mapping[str, Any]) -> Iterator[str]:
    yield f"{made['seconds']:,.1f}"
    yield from (f"{found[name]:,.2f}" for name in NUMBERS)
    yield from (f"{found[name]:,.0f}" for name in COUNTS)


def _name(name: str) -> str:
    kind, _, size = name.partition(" ")
    names = {"articles": "three articles", "growth before": "growth: 1,000", "growth after": "growth: 100,000"}
    return names.get(name) or f"{kind}, {int(size):,}"


# -- rivals


def _rivals(results: Results) -> Iterator[str]:
    rows = []
    for name, found in results.items():
        rest, _, rival = name.rpartition(" ")
        if rival in RIVALS and "alone" in found:
            one = {**found, "seconds": found["alone"] * DOZEN}
            rows.append([_name(rest), RIVALS[rival] + ", one patient", *_rivalry(one, results[rest + " engine"])])
        if rival in RIVALS:
            rows.append([_name(rest), RIVALS[rival], *_rivalry(found, results[rest + " engine"])])
    yield from _table(("ontology", "reasoner", "ms a patient", "engine is faster", "memory/MiB", "applying"), rows)


def _rivalry(found: Mapping[str, Any], engine: Mapping[str, Any]) -> Sequence[str]:
    if "seconds" not in found:
        late = any(word in found["error"] for word in ("timeout", "did not finish"))
        if found["error"] == NOT_ASKED:
            return (NOT_ASKED, "", "", "")
        return ("did not finish" if late else f"failed: {found['error'].splitlines()[-1][:80]}", "", "", "")
    each = found["seconds"] * 1000 / DOZEN
    memory = max(found["memory"], found["children"])
    same = f"{found['applied']} of {engine['applied']}"
    return f"{each:,.0f}", f"{each / engine['median']:,.0f} times", f"{memory:,.0f}", same
