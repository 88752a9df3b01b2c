"""The configuration of the HTTP service: what it loads, what a request may ask for, how long it keeps assessments."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kg.errors import InputError, Problem
from kg.ontology.compiled import DEFAULT_FOLDER
from kg.ontology.resources import ontology_folder
from kg.store.pool import Limits

ONLY: Final = "default"
"""The name of a key that is given without one."""


@dataclass(frozen=True)
class Work:
    """What one request may ask for.

    `text` characters of a text, `facts` facts and values of a case, `seconds` from the request to its answer;
    `processes` requests are worked on at the same time, and `queue` more may wait. A process has `memory` bytes of
    data, and is replaced after `requests` requests.
    """

    text: int = 20_000
    facts: int = 500
    seconds: float = 10.0
    processes: int = max(2, min(4, os.cpu_count() or 1))
    queue: int = 64
    memory: int = 1 << 30
    requests: int = 5000


@dataclass(frozen=True)
class Retention:
    """How long an assessment can be asked about: `seconds` after it was made; at most `most` of them.

    Their facts take at most `size` bytes. `ready` of them are kept by each process with everything that was derived;
    the others are reasoned about again.
    """

    seconds: float = 1800.0
    most: int = 20_000
    size: int = 64 << 20
    ready: int = 16


@dataclass(frozen=True)
class Config:
    """`ontology` is the folder of the ontology; `store` a folder for the dataset, which is in memory without one.

    `body` is the largest request body, `body_seconds` the longest time it may take, and `answers` the size of the query
    results that are kept in bytes.
    `work` and `retention` limit what is asked about a patient and for how long it can be asked. `key` makes the handles
    of assessments, random without one; processes that share it and the memory file `sessions` find each other's
    assessments. With `api_keys` (name → key) or a `key_file` of more, every request must bring one of them; with
    `hosts`, it must come under one of these names. One caller is answered at most `rate` times a minute; 0 is no limit.
    `cds_clients` is a file of the clients whose tokens CDS Hooks asks for.
    `articles` is a folder with the texts of the articles, which pages quote.
    """

    ontology: Path = DEFAULT_FOLDER
    store: Path | None = None
    limits: Limits = field(default_factory=Limits)
    body: int = 1 << 20
    body_seconds: float = 30.0
    answers: int = 64 << 20
    work: Work = field(default_factory=Work)
    retention: Retention = field(default_factory=Retention)
    key: bytes | None = field(default=None, repr=False)
    api_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    key_file: Path | None = None
    rate: int = 0
    cds_clients: Path | None = None
    sessions: str | None = None
    hosts: tuple[str, ...] = ()
    articles: Path | None = None

    @classmethod
    def from_environment(cls, given: Mapping[str, str] | None = None) -> Config:
        """What the variables say: WARRANT_ONTOLOGY, _STORE, _KEY, _API_KEY, _API_KEYS, _RATE, _CDS_CLIENTS, _SESSIONS,
        _ARTICLES and _TRUSTED_HOSTS.

        docs/api.md tells them. Raises InputError for a rate that is no number.
        """
        told = os.environ if given is None else given
        return cls(
            ontology=ontology_folder(told),
            store=Path(told["WARRANT_STORE"]) if told.get("WARRANT_STORE") else None,
            key=told["WARRANT_KEY"].encode() if told.get("WARRANT_KEY") else None,
            api_keys={ONLY: told["WARRANT_API_KEY"]} if told.get("WARRANT_API_KEY") else {},
            key_file=Path(told["WARRANT_API_KEYS"]) if told.get("WARRANT_API_KEYS") else None,
            rate=_rate(told.get("WARRANT_RATE", "")),
            cds_clients=Path(told["WARRANT_CDS_CLIENTS"]) if told.get("WARRANT_CDS_CLIENTS") else None,
            sessions=told.get("WARRANT_SESSIONS") or None,
            hosts=tuple(told.get("WARRANT_TRUSTED_HOSTS", "").split()),
            articles=Path(told["WARRANT_ARTICLES"]) if told.get("WARRANT_ARTICLES") else None,
        )


def _rate(text: str) -> int:
    if text and not text.isdecimal():
        raise InputError([Problem("WARRANT_RATE", f"{text!r} is no number", "Give requests a minute, such as 600.")])
    return int(text or 0)
