"""What a gate is, what it found, and the report of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs; only ERROR fails the check."""

    ERROR = "ERROR"
    WARN = "WARN"
    INFO = "INFO"


@dataclass(frozen=True)
class Description:
    """What a gate looks for: the three headings that open every query."""

    name: str
    title: str
    problem: str
    remedy: str


@dataclass(frozen=True)
class Gate:
    """A description with its severity, which stands outside, in one list (severity.tsv)."""

    name: str
    severity: Severity
    title: str
    problem: str
    remedy: str

    @classmethod
    def of(cls, description: Description, severity: Severity) -> Gate:
        return cls(description.name, severity, description.title, description.problem, description.remedy)


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that a gate found: `entity` is a local name, an IRI or a file."""

    gate: str
    entity: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.entity}: {self.detail}" if self.detail else self.entity


@dataclass(frozen=True)
class Count:
    """How many findings a gate has."""

    gate: Gate
    findings: int


@dataclass(frozen=True)
class Report:
    """Every gate that ran and every finding, in an order that depends on nothing but the ontology."""

    gates: tuple[Gate, ...]
    findings: tuple[Finding, ...]

    @classmethod
    def build(cls, gates: Iterable[Gate], findings: Iterable[Finding]) -> Report:
        """Findings of a gate that is not listed count as errors: nothing passes for want of a row."""
        found = tuple(sorted(set(findings)))
        listed = {gate.name: gate for gate in gates}
        for name in sorted({finding.gate for finding in found} - set(listed)):
            listed[name] = Gate(name, Severity.ERROR, name, "", "")
        return cls(tuple(listed[name] for name in sorted(listed)), found)

    def of(self, gate: str) -> tuple[Finding, ...]:
        """The findings of one gate."""
        return tuple(finding for finding in self.findings if finding.gate == gate)

    @property
    def counts(self) -> tuple[Count, ...]:
        return tuple(Count(gate, len(self.of(gate.name))) for gate in self.gates)

    def weighing(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of one severity."""
        names = {gate.name for gate in self.gates if gate.severity is severity}
        return tuple(finding for finding in self.findings if finding.gate in names)

    @property
    def ok(self) -> bool:
        """False when an ERROR finding exists."""
        return not self.weighing(Severity.ERROR)

    def lines(self, limit: int = 20) -> Iterator[str]:
        """The report as text: gates that found something with up to `limit` findings each, then a summary."""
        for count in self.counts:
            if count.findings:
                yield f"{count.gate.severity.value} {count.gate.name}: {count.gate.title} ({count.findings})"
                yield from (f"  {finding}" for finding in self.of(count.gate.name)[:limit])
                if count.findings > limit:
                    yield f"  ... and {count.findings - limit} more"
                if count.gate.remedy:
                    yield f"  Remedy: {count.gate.remedy}"
        totals = ", ".join(f"{len(self.weighing(severity))} {severity.value}" for severity in Severity)
        yield f"{len(self.gates)} gates: {totals}"
