"""The words of one passage in their paragraph, from a file that is at hand and has the digest of the ontology."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kg.check.passages import sha256
from kg.ontology.model import Article, Passage


class Refusal(StrEnum):
    """Why no words are shown: there is no folder or file, or the file is not the one that the claims were read from."""

    MISSING = "missing"
    CHANGED = "changed"


@dataclass(frozen=True)
class TextQuote:
    """A text quote selector (Web Annotation Data Model, section 4.2.4): the words and the rest of their paragraph."""

    prefix: str
    exact: str
    suffix: str


def quoted(article: Article, passage: Passage, folder: Path | None) -> TextQuote | Refusal:
    """The words of a passage. Both the file and the slice must have the digests that the ontology gives."""
    path = folder / article.file if folder else None
    if path is None or not path.is_file():
        return Refusal.MISSING
    data = path.read_bytes()
    if sha256(data) != article.digest:
        return Refusal.CHANGED
    text = data.decode("utf-8")
    exact = text[passage.start : passage.end]
    if sha256(exact.encode()) != passage.digest:
        return Refusal.CHANGED
    first = text.rfind("\n", 0, passage.start) + 1
    last = text.find("\n", passage.end)
    suffix = text[passage.end : len(text) if last < 0 else last]
    return TextQuote(text[first : passage.start], exact, "" if exact.endswith("\n") else suffix)
