"""Every gate on the ontology: `run` judges a folder, `released` writes the list of released IRIs.

report.py       what a gate, a finding and a report are
modules.py      the files, loaded: a named graph each, their union the default graph
expressions.py  nodes as text
queries.py      gates that are SPARQL (queries/checks)
fragment.py     gate: every axiom is Horn
files.py        gates on files: readable, current, catalogued, mapped
iris.py         gates: no released IRI vanishes
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Final

from kg.check import files, fragment, iris, readings
from kg.check.iris import released
from kg.check.modules import CheckedModules
from kg.check.queries import queries, severities
from kg.check.report import Count, Description, Finding, Gate, Report, Severity
from kg.errors import OntologyError

Check = Callable[[CheckedModules], Iterable[Finding]]

CHECKS: Final[tuple[tuple[Description, Check], ...]] = (
    (files.UNREADABLE, files.unreadable),
    (files.STALE, files.stale),
    (files.CATALOG, files.catalog),
    (files.SSSOM, files.sssom),
    (fragment.DESCRIPTION, fragment.check),
    (readings.DESCRIPTION, readings.check),
    (iris.VANISHED, iris.vanished),
    (iris.NEW, iris.new),
)


def checks() -> tuple[tuple[Gate, Check], ...]:
    """Every gate with what runs it, by name. Raises OntologyError unless each has exactly one severity."""
    found: list[tuple[Description, Check]] = [*CHECKS, *((query.description, query.run) for query in queries())]
    severity = severities()
    if unmatched := {description.name for description, _ in found} ^ set(severity):
        names = ", ".join(sorted(unmatched))
        raise OntologyError(f"severity.tsv and the gates differ in {names}: name each gate once.")
    pairs = [(Gate.of(description, severity[description.name]), check) for description, check in found]
    return tuple(sorted(pairs, key=lambda pair: pair[0].name))


def run(
    folder: Path,
    extra: Sequence[Callable[[Path], Iterable[Finding]]] = (),
    only: Collection[str] | None = None,
) -> Report:
    """Every gate on the ontology in `folder`, or the ones named in `only`; `extra` adds gates of other modules,
    such as the classification by HermiT. Their findings count as errors."""
    every = checks()
    if unknown := set(only or ()) - {gate.name for gate, _ in every}:
        raise OntologyError(f"there is no gate {', '.join(sorted(unknown))}. See queries/checks/severity.tsv.")
    modules = CheckedModules.load(folder)
    chosen = [(gate, check) for gate, check in every if only is None or gate.name in only]
    findings = [finding for _, check in chosen for finding in check(modules)]
    findings += [finding for look in extra for finding in look(folder)]
    return Report.build((gate for gate, _ in chosen), findings)


__all__ = ["Count", "Finding", "Gate", "Report", "Severity", "checks", "queries", "released", "run"]
