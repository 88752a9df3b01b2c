"""The draft of an article file from its text: its head, a stub of a claim for each sentence, what is not covered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.authoring.anchoring import PassageAnchor, anchor_at, sha256_of
from kg.errors import AuthoringError, Problem

SENTENCE: Final = re.compile(r"[^\s].*?(?:[.!?](?:\s*\[\d+(?:,\s*\d+)*\])*(?=\s|$)|$)", re.DOTALL)
MARKER: Final = re.compile(r"\[(\d+(?:,\s*\d+)*)\]")
REFERENCES: Final = re.compile(r"references?|bibliography|literature|sources", re.IGNORECASE)
LISTED: Final = re.compile(r"\s*(\d+)[.)]\s+(.+)")
FEWEST_WORDS: Final = 9


@dataclass(frozen=True)
class DraftClaim:
    """A sentence that may be a claim: its section, its place and the markers that stand in it."""

    section: str
    place: PassageAnchor
    markers: tuple[int, ...]


@dataclass(frozen=True)
class DraftArticle:
    """What is found in a text: its title, the claims to be written, the entries of its list of references."""

    file: str
    title: str
    text: str
    claims: tuple[DraftClaim, ...]
    references: tuple[tuple[int, str], ...]

    @property
    def markers(self) -> tuple[int, ...]:
        return tuple(sorted({number for claim in self.claims for number in claim.markers}))

    @property
    def covered(self) -> tuple[int, int]:
        """How many words of the text stand in a stub, and how many there are."""
        inside = sum(len(self.text[one.place.start : one.place.end].split()) for one in self.claims)
        return inside, len(self.text.split())


def drafted(path: Path) -> DraftArticle:
    """The draft of a text in UTF-8, its first line the title. Raises AuthoringError for what is none."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise AuthoringError([Problem(path.name, f"is no UTF-8 text: {error.reason}.", "Save it as UTF-8.")]) from error
    if not text.strip():
        raise AuthoringError([Problem(path.name, "is empty.", "Give the text of an article.")])
    claims: list[DraftClaim] = []
    references: list[tuple[int, str]] = []
    section, in_references = "Head", False
    for start, line in _lines(text):
        if in_references and (entry := LISTED.match(line)):
            references.append((int(entry[1]), entry[2].strip()))
        elif _is_heading(line):
            section, in_references = line.strip(), bool(REFERENCES.fullmatch(line.strip(" :\n")))
        else:
            claims += _sentences(text, start, line, section)
    title = text.strip().splitlines()[0].strip()
    rest = tuple(claim for claim in claims if text[claim.place.start : claim.place.end].strip() != title)
    return DraftArticle(path.name, title, text, rest, tuple(references))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield start, line
        start += len(line)


def _is_heading(line: str) -> bool:
    """A short line that does not end as a sentence does."""
    return len(line.split()) < FEWEST_WORDS and not re.search(r"[.!?;\]]\s*$", line)


def _sentences(text: str, start: int, line: str, section: str) -> Iterator[DraftClaim]:
    for found in SENTENCE.finditer(line.rstrip()):
        place = anchor_at(text, start + found.start(), start + found.end())
        numbers = (int(one) for group in MARKER.findall(found[0]) for one in group.split(","))
        yield DraftClaim(section, place, tuple(dict.fromkeys(numbers)))


def as_yaml(draft: DraftArticle, identifier: str, slug: str) -> str:
    """The draft as an article file: the words of the text are not copied, each stub waits for a sentence of its own."""
    rows = [
        "# A draft made from the text. Write each sentence in your own words, give it a kind, a situation and what it",
        "# concludes, and remove what is no claim. See ontology/README.md.",
        "article:",
        f"  id: {identifier}",
        f"  slug: {slug}",
        f"  title: {_quoted(draft.title)}",
        f"  file: {draft.file}",
        f"  digest: {sha256_of(draft.text)}",
        f"  length: {len(draft.text)}",
        "  publisher: unknown",
        "  last_updated: '1970-01-01'",
        "  review: {stages: [unknown], active_stage: unknown, human_review: none}",
        "  intended_use: unknown",
        "  status: draft",
        *_reference_rows(draft),
        "situations: {}",
        "claims:",
    ]
    for number, claim in enumerate(draft.claims, 1):
        rows += _stub(f"{identifier}-{number:02d}", claim)
    return "\n".join(rows) + "\n"


def _reference_rows(draft: DraftArticle) -> Iterator[str]:
    listed = {number for number, _ in draft.references}
    yield "  references:" if draft.references else "  references: []"
    for number, title in draft.references:
        yield f"  - {{position: {number}, type: unknown, title: {_quoted(title)}, publisher: unknown, year: 1970}}"
    yield "  markers:" if draft.markers else "  markers: []"
    for number in draft.markers:
        state = f"resolved, reference: {number}" if number in listed else "unlisted" if not listed else "unresolved"
        yield f"  - {{number: {number}, state: {state}}}"


def _stub(identifier: str, claim: DraftClaim) -> Iterator[str]:
    yield f"- id: {identifier}"
    yield "  kind: governance"
    yield "  sentence: TODO"
    yield f"  section: {_quoted(claim.section)}"
    yield f"  at: [{claim.place.start}, {claim.place.end}]"
    yield f"  digest: {claim.place.digest}"
    if claim.markers:
        yield f"  markers: [{', '.join(map(str, claim.markers))}]"
    yield "  modality: asserts"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
