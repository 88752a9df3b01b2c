"""The ontology as a certificate's checks need it: its files with their digests, read by the independent checker."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any, Final

from kg.ontology.compiled import Ontology
from kg.proof.axiom_files import BASE, AxiomFiles
from kg.proof.checker import Checker

READING: Final = BASE + "readingSituation"


class KnowledgeBase:
    """One ontology, read by the independent checker; `ontology` serves to put facts into a record."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology

    @cached_property
    def checker(self) -> Checker:
        return Checker(AxiomFiles(self.ontology.files))

    @cached_property
    def modules(self) -> list[dict[str, Any]]:
        """Every module file by name, with its SHA-256."""
        paths = sorted(self.ontology.files, key=lambda path: path.name)
        return [{"name": path.name, "digest": {"sha256": _digest(path.read_bytes())}} for path in paths]

    @cached_property
    def executable(self) -> tuple[str, ...]:
        """The claims that depend on a patient, in order: those with a reading that has a situation."""
        files = self.checker.files
        found = set()
        for subject, rows in files.spo.items():
            if READING in rows and subject.startswith(BASE + "claim/"):
                found.add(subject.removeprefix(BASE + "claim/").partition("/")[0])
        return tuple(sorted(found))

    @cached_property
    def version(self) -> str:
        """The version IRI of the product that is reasoned from."""
        return self.checker.files.one(BASE + "ontology/warrant-reasoning", "http://www.w3.org/2002/07/owl#versionIRI")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
