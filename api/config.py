"""What the service can be told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from api.transport.limits import Retention, Work
from kg.ontology.compiled import DEFAULT_FOLDER
from kg.ontology.resources import ontology_folder
from kg.store.pool import Limits


@dataclass(frozen=True)
class Config:
    """`ontology` is the folder of the ontology; `store` a folder for the dataset, which is in memory without one.

    `body` is the largest request body and `answers` the size of the query results that are kept, both in bytes.
    `work` and `retention` limit what is asked about a patient and for how long it can be asked. `key` makes the handles
    of assessments, random without one; processes that share it and the address of a `shelf` find each other's
    assessments. With an `api_key`, every request must bring it.
    """

    ontology: Path = DEFAULT_FOLDER
    store: Path | None = None
    limits: Limits = field(default_factory=Limits)
    body: int = 1 << 20
    answers: int = 64 << 20
    work: Work = field(default_factory=Work)
    retention: Retention = field(default_factory=Retention)
    key: bytes | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    shelf: str | None = None

    @classmethod
    def from_environment(cls, given: Mapping[str, str] | None = None) -> Config:
        """What the variables WARRANT_ONTOLOGY, _STORE, _KEY, _API_KEY and _SHELF say (docs/api.md)."""
        told = os.environ if given is None else given
        return cls(
            ontology=ontology_folder(told),
            store=Path(told["WARRANT_STORE"]) if told.get("WARRANT_STORE") else None,
            key=told["WARRANT_KEY"].encode() if told.get("WARRANT_KEY") else None,
            api_key=told.get("WARRANT_API_KEY") or None,
            shelf=told.get("WARRANT_SHELF") or None,
        )
