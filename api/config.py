"""What the service can be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kg.ontology import DEFAULT_FOLDER
from kg.store.pool import Limits


@dataclass(frozen=True)
class Config:
    """`ontology` is the folder of the ontology; `store` a folder for the dataset, which is in memory without one.

    `body` is the largest request body and `answers` the size of the query results that are kept, both in bytes.
    """

    ontology: Path = DEFAULT_FOLDER
    store: Path | None = None
    limits: Limits = field(default_factory=Limits)
    body: int = 1 << 20
    answers: int = 64 << 20
