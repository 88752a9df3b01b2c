"""What the ontology's files say of a claim: its sentence, its passage, its markers with their states, its doubts.

The checker's own reading, for holding what is shown to a reader against it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

from kg.proof.axiom_files import BASE, SOURCE, AxiomFiles

OA: Final = "http://www.w3.org/ns/oa#"
PASSAGE: Final = BASE + "passage/"


class Citations:
    """Claims, passages and markers of some files, by local name."""

    def __init__(self, files: AxiomFiles) -> None:
        self.files = files

    def _value(self, name: str, predicate: str) -> str:
        return next(iter(self.files.own(name, predicate)), "")

    def is_claim(self, identifier: str) -> bool:
        """Whether the files know a claim by this id."""
        return bool(self._value(f"claim/{identifier}", "sentence"))

    def sentence(self, identifier: str) -> str:
        """The sentence of a claim."""
        return self._value(f"claim/{identifier}", "sentence")

    def doubts(self, identifier: str) -> list[dict[str, str]]:
        """The doubts about a claim, in the order of their numbers: text and basis."""
        nodes = sorted(self.files.own(f"claim/{identifier}", "hasDoubt"), key=_number)
        return [{"text": self._value(node, "doubt"), "basis": self._value(node, "doubtBasis")} for node in nodes]

    def passage(self, identifier: str) -> dict[str, Any]:
        """The passage of a claim: article, section, offsets in characters, SHA-256 of the slice."""
        sources = self.files.spo[f"{BASE}claim/{identifier}"].get(SOURCE, ())
        (iri,) = [source for source in sources if source.startswith(PASSAGE)]
        name = iri.removeprefix(BASE)
        return {
            "article": self.files.one(iri, OA + "hasSource").removeprefix(BASE + "article/"),
            "section": self._value(name, "section"),
            "start": int(self.files.one(iri, OA + "start")),
            "end": int(self.files.one(iri, OA + "end")),
            "digest": self._value(name, "digest"),
        }

    def markers(self, identifier: str) -> list[dict[str, Any]]:
        """The citation markers of a claim by number, each with its state and the reference it resolves to if any."""
        found = []
        for name in self.files.own(f"claim/{identifier}", "marker"):
            marker: dict[str, Any] = {"number": int(self._value(name, "markerNumber"))}
            marker["state"] = self._value(name, "markerState")
            reference = self._value(name, "resolvesTo")
            found.append({**marker, **({"reference": reference} if reference else {})})
        return sorted(found, key=lambda marker: int(marker["number"]))

    def source(self, identifier: str) -> dict[str, Any]:
        """The claim's id with its passage and its markers."""
        return {"claim": identifier, "passage": self.passage(identifier), "markers": self.markers(identifier)}

    def misplaced(self, passage: dict[str, Any], articles: Path) -> str:
        """Why a passage is not in the text of its article, by digests; empty if it is, or if no such file is there."""
        name = f"article/{passage['article']}"
        path = articles / self._value(name, "fileName")
        if not path.is_file():
            return ""
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self._value(name, "digest"):
            return f"{path.name} is another text than the ontology names"
        part = content.decode("utf-8")[passage["start"] : passage["end"]]
        if hashlib.sha256(part.encode()).hexdigest() != passage["digest"]:
            return f"{passage['article']} {passage['start']}-{passage['end']} has another digest"
        return ""


def _number(name: str) -> int:
    return int(name.rpartition("/")[2])
