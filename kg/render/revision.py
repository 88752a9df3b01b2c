"""The difference between two ontologies as text and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from kg.judges.revision import OntologyRevision


def revision_json(found: OntologyRevision) -> dict[str, Any]:
    """The whole of it as data."""
    return {**asdict(found), "empty": found.empty}


def revision_text(found: OntologyRevision) -> str:
    """The whole of it, a line a part."""
    return "".join(f"{line}\n" for line in _lines(found))


def _lines(found: OntologyRevision) -> Iterator[str]:
    for item in found.claims:
        yield f"claim {item.claim} {item.kind}"
        for part, (before, after) in item.parts.items() if item.kind == "changed" else ():
            yield f"  {part}: {before or 'nothing'} -> {after or 'nothing'}"
    yield from _pairs("limit or formula", found.numbers)
    yield from _pairs("term", found.terms)
    for patient in found.patients:
        yield f"{patient.patient}" + (f" (by {', '.join(patient.because)})" if patient.because else "")
        yield from (f"  no longer: {one}" for one in patient.lost)
        yield from (f"  now: {one}" for one in patient.gained)
    if found.empty:
        yield f"no difference; {found.tried} patients conclude the same"
    else:
        yield f"{len(found.claims)} claims; {len(found.patients)} of {found.tried} patients conclude otherwise"


def _pairs(what: str, rows: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for name, (before, after) in rows.items():
        yield f"{what} {name}: {before or 'nothing'} -> {after or 'nothing'}"
