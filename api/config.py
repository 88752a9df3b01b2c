"""The configuration of the HTTP service: what it loads, what a request may ask for, how long it keeps assessments."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kg.ontology.compiled import DEFAULT_FOLDER
from kg.ontology.resources import ontology_folder
from kg.store.pool import Limits


@dataclass(frozen=True)
class Work:
    """What one request may ask for.

    `text` characters of a text, `facts` facts and values of a case, `seconds` of reasoning; `threads` requests are
    reasoned about at the same time, and `queue` more may wait.
    """

    text: int = 20_000
    facts: int = 500
    seconds: float = 10.0
    threads: int = 4
    queue: int = 64


@dataclass(frozen=True)
class Retention:
    """How long an assessment can be asked about: `seconds` after it was made; at most `most` of them.

    `ready` of them are kept with everything that was derived, the others as facts, which are reasoned about again.
    """

    seconds: float = 1800.0
    most: int = 5000
    ready: int = 64


@dataclass(frozen=True)
class Config:
    """`ontology` is the folder of the ontology; `store` a folder for the dataset, which is in memory without one.

    `body` is the largest request body and `answers` the size of the query results that are kept, both in bytes.
    `work` and `retention` limit what is asked about a patient and for how long it can be asked. `key` makes the handles
    of assessments, random without one; processes that share it and the address `sessions` of one session store find
    each other's assessments. With an `api_key`, every request must bring it.
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
    sessions: str | None = None

    @classmethod
    def from_environment(cls, given: Mapping[str, str] | None = None) -> Config:
        """What the variables WARRANT_ONTOLOGY, _STORE, _KEY, _API_KEY and _SESSIONS say (docs/api.md)."""
        told = os.environ if given is None else given
        return cls(
            ontology=ontology_folder(told),
            store=Path(told["WARRANT_STORE"]) if told.get("WARRANT_STORE") else None,
            key=told["WARRANT_KEY"].encode() if told.get("WARRANT_KEY") else None,
            api_key=told.get("WARRANT_API_KEY") or None,
            sessions=told.get("WARRANT_SESSIONS") or None,
        )
