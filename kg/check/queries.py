"""The gates that are SPARQL queries: queries/checks/*.rq, described by the comment that opens each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.check.expressions import Renderer
from kg.check.modules import CheckedModules
from kg.check.report import Description, Finding, Severity
from kg.errors import OntologyError
from kg.ontology.resources import shipped
from kg.store.queries import headings

FOLDER: Final = shipped("queries") / "checks"
HEADINGS = ("title", "problem", "remedy")


@dataclass(frozen=True)
class CheckQuery:
    """A check query: its header, and the text to run."""

    description: Description
    text: str

    @classmethod
    def read(cls, path: Path) -> CheckQuery:
        """Raises OntologyError when a heading is missing or the first variable is not ?entity."""
        text = path.read_text(encoding="utf-8")
        found = header(text)
        missing = [name for name in HEADINGS if not found.get(name)]
        if missing:
            raise OntologyError(f"{path.name}: the header lacks {', '.join(missing)}. See queries/README.md.")
        return cls(Description(path.stem, *(found[name] for name in HEADINGS)), text)

    def run(self, modules: CheckedModules) -> Iterator[Finding]:
        """One finding a row: ?entity, and the other variables as its detail."""
        rows, renderer = modules.select(self.text), Renderer(modules)
        first, *others = [variable.value for variable in rows.variables]
        if first != "entity":
            raise OntologyError(f"{self.description.name}.rq: select ?entity first. See queries/README.md.")
        for row in rows:
            values = [(name, row[name]) for name in others]
            detail = ", ".join(f"{name} {renderer.text(value)}" for name, value in values if value is not None)
            yield Finding(self.description.name, renderer.text(row["entity"]), detail)


def header(text: str) -> dict[str, str]:
    """The headings of the comment that opens a query; `#   ` continues the one above.

    >>> header("# title: A\\n# problem: B\\n#   and C\\nSELECT ?entity {}")
    {'title': 'A', 'problem': 'B and C'}
    """
    return {item.name: item.text for item in headings(text)}


def queries(folder: Path = FOLDER) -> tuple[CheckQuery, ...]:
    """Every check query, by name."""
    return tuple(CheckQuery.read(path) for path in sorted(folder.glob("*.rq")))


def severities(folder: Path = FOLDER) -> dict[str, Severity]:
    """The one list of severities: gate, tab, ERROR, WARN or INFO. Lines that start with # are comments."""
    path = folder / "severity.tsv"
    found: dict[str, Severity] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        name, _, severity = line.partition("\t")
        if name in found or severity not in Severity.__members__:
            raise OntologyError(f"{path.name}, line {number}: write a new gate, a tab, and ERROR, WARN or INFO.")
        found[name] = Severity[severity]
    return found
