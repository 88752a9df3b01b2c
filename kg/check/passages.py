"""Passages against the texts of the articles: offsets, digests, and how much of each article the claims cover.

Offsets count code points and digests are SHA-256 of the UTF-8 of the slice, as in the Web Annotation
Data Model, section 4.2.5 (text position selector). The words themselves are never stored; they are
shown while the article's file is at hand, which must be the very file that its digest names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.check.expressions import short
from kg.check.modules import CheckedModules
from kg.errors import OntologyError, Problem

NOT_VERIFIED: Final = "not verified"
ARTICLES: Final = """
PREFIX : <https://w3id.org/warrant/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?article ?id ?file ?digest ?length WHERE {
  ?article rdf:type :Article ; skos:notation ?id ; :fileName ?file ; :digest ?digest ; :fileLength ?length .
} ORDER BY ?id
"""
CLAIMS: Final = """
PREFIX : <https://w3id.org/warrant/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?id ?article ?section ?start ?end ?digest WHERE {
  ?claim skos:notation ?id ; dcterms:source|:alsoAt ?passage .
  ?passage oa:hasSource ?article ; oa:start ?start ; oa:end ?end ; :digest ?digest ; :section ?section .
} ORDER BY ?id ?start
"""


@dataclass(frozen=True, order=True)
class PassageSpan:
    """A stretch [start, end) of a text, in code points."""

    start: int
    end: int


@dataclass(frozen=True)
class ClaimPassage:
    """Where a claim stands in its article."""

    claim: str
    article: str
    section: str
    span: PassageSpan
    digest: str


@dataclass(frozen=True)
class ArticleText:
    """An article as the ontology knows it: the name, digest and length of its file, and its passages."""

    id: str
    file: str
    digest: str
    length: int
    passages: tuple[ClaimPassage, ...]


@dataclass(frozen=True)
class PassageCoverage:
    """How many letters and digits of an article stand in a claim's passage, and which stretches do not."""

    letters: int
    covered: int
    rest: tuple[PassageSpan, ...]

    @property
    def share(self) -> float:
        return self.covered / self.letters if self.letters else 1.0


@dataclass(frozen=True)
class ArticleResult:
    """What was found in one article; no coverage where its file is missing or another one."""

    article: str
    file: str
    passages: int
    right: int
    coverage: PassageCoverage | None


@dataclass(frozen=True)
class Verification:
    """The outcome for all articles. `verified` is False when the texts were not at hand."""

    folder: Path
    verified: bool
    articles: tuple[ArticleResult, ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """True when nothing is wrong, which says nothing where nothing could be verified."""
        return not self.problems

    @property
    def passages(self) -> int:
        return sum(result.passages for result in self.articles)

    @property
    def right(self) -> int:
        return sum(result.right for result in self.articles)

    @property
    def share(self) -> float:
        """The share of letters and digits inside a claim, over all articles that could be read."""
        found = [result.coverage for result in self.articles if result.coverage]
        return sum(item.covered for item in found) / max(sum(item.letters for item in found), 1)

    def lines(self, words: bool = False) -> Iterator[str]:
        """The outcome as text; `words` adds what stands outside every claim, read from the files now."""
        if not self.verified:
            yield f"{NOT_VERIFIED}: {self.passages} passages; there is no folder {self.folder}"
            return
        yield f"{self.right} of {self.passages} passages have the right offsets and digest"
        yield f"{self.share:.1%} of all letters and digits stand in a claim"
        for result in self.articles:
            yield from self._result(result, words)
        yield from map(str, self.problems)

    def summary(self, words: bool = False) -> str:
        return "\n".join(self.lines(words))

    def _result(self, result: ArticleResult, words: bool) -> Iterator[str]:
        yield f"{result.article} ({result.file}): {result.right} of {result.passages} passages"
        if result.coverage is None:
            yield f"  coverage {NOT_VERIFIED}"
            return
        found = result.coverage
        text = (self.folder / result.file).read_bytes().decode("utf-8") if words else ""
        yield f"  {found.share:.1%} of {found.letters} letters and digits stand in a claim; the rest:"
        for span in found.rest:
            yield f"  [{span.start}, {span.end}) {' '.join(text[span.start : span.end].split())}".rstrip()


# -- reading


def articles(ontology: Path) -> tuple[ArticleText, ...]:
    """The articles of the compiled ontology with the passages of their claims, in order of identifier."""
    modules = CheckedModules.load(ontology)
    passages: dict[str, list[ClaimPassage]] = {}
    for row in modules.select(CLAIMS):
        span = PassageSpan(int(row["start"].value), int(row["end"].value))
        article = short(row["article"].value).removeprefix("article/")
        passage = ClaimPassage(row["id"].value, article, row["section"].value, span, row["digest"].value)
        passages.setdefault(article, []).append(passage)
    rows = ((row["id"].value, row) for row in modules.select(ARTICLES))
    return tuple(
        ArticleText(
            name, row["file"].value, row["digest"].value, int(row["length"].value), tuple(passages.get(name, ()))
        )
        for name, row in rows
    )


def text_of(article: ArticleText, texts: Path) -> str | None:
    """The article's text; None when its file is missing or is not the one that its digest names."""
    path = texts / article.file
    data = path.read_bytes() if path.is_file() else b""
    return data.decode("utf-8") if sha256(data) == article.digest else None


def words_of(article: ArticleText, passage: ClaimPassage, texts: Path) -> str | None:
    """The words of a passage while the file is at hand and the digest of the slice agrees; else None."""
    text = text_of(article, texts)
    slice_ = None if text is None else text[passage.span.start : passage.span.end]
    return slice_ if slice_ is not None and sha256(slice_.encode()) == passage.digest else None


def quotation(ontology: Path, texts: Path, claim: str) -> str | None:
    """The words of a claim's passage, by the claim's identifier. Raises OntologyError for an unknown one."""
    for article in articles(ontology):
        for passage in article.passages:
            if passage.claim == claim:
                return words_of(article, passage, texts)
    raise OntologyError(f"there is no claim {claim!r} with a passage. See `warrant claims`.")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# -- verifying


def verify(ontology: Path, texts: Path) -> Verification:
    """Every digest and offset of every article, and the coverage; says `verified` False without the folder."""
    known = articles(ontology)
    if not texts.is_dir():
        absent = tuple(ArticleResult(item.id, item.file, len(item.passages), 0, None) for item in known)
        return Verification(texts, False, absent, ())
    results, problems = [], []
    for article in known:
        result, found = _article(article, texts)
        results.append(result)
        problems.extend(found)
    return Verification(texts, True, tuple(results), tuple(sorted(problems)))


def _article(article: ArticleText, texts: Path) -> tuple[ArticleResult, list[Problem]]:
    problems = list(_file_problems(article, texts))
    if problems:
        return ArticleResult(article.id, article.file, len(article.passages), 0, None), problems
    text = (texts / article.file).read_bytes().decode("utf-8")
    wrong = [problem for passage in article.passages if (problem := _passage_problem(passage, article, text))]
    found = coverage(text, (passage.span for passage in article.passages))
    right = len(article.passages) - len(wrong)
    return ArticleResult(article.id, article.file, len(article.passages), right, found), wrong


def _file_problems(article: ArticleText, texts: Path) -> Iterator[Problem]:
    path = texts / article.file
    if not path.is_file():
        yield Problem(f"{article.id}: file", f"{path} is missing.", "Fetch the article's file.")
        return
    data = path.read_bytes()
    if (found := sha256(data)) != article.digest:
        message = f"{article.file} has the digest {found}, not {article.digest}."
        yield Problem(f"{article.id}: digest", message, "Use the file that the claims were read from.")
    elif (length := len(data.decode("utf-8"))) != article.length:
        message = f"{article.file} has {length} code points, not {article.length}."
        yield Problem(f"{article.id}: length", message, "Correct the length in the article's YAML file.")


def _passage_problem(passage: ClaimPassage, article: ArticleText, text: str) -> Problem | None:
    start, end = passage.span.start, passage.span.end
    if not 0 <= start < end <= len(text):
        message = f"[{start}, {end}) lies outside {article.file}, which has {len(text)} code points."
        return Problem(f"{passage.claim}: at", message, "Give [start, end) in code points.")
    if (found := sha256(text[start:end].encode())) != passage.digest:
        message = f"[{start}, {end}) of {article.file} has the digest {found}, not {passage.digest}."
        return Problem(f"{passage.claim}: digest", message, "Correct `at`, or the digest of the slice.")
    return None


def coverage(text: str, spans: Iterable[PassageSpan]) -> PassageCoverage:
    """The share of letters and digits (Unicode, `str.isalnum`) inside the spans.

    >>> coverage("One. Two, three.", [PassageSpan(0, 4)])
    PassageCoverage(letters=11, covered=3, rest=(PassageSpan(start=5, end=15),))
    """
    inside = bytearray(len(text))
    for span in spans:
        start, end = max(span.start, 0), min(span.end, len(text))
        inside[start:end] = b"\x01" * max(end - start, 0)
    letters = [index for index, letter in enumerate(text) if letter.isalnum()]
    covered = sum(inside[index] for index in letters)
    return PassageCoverage(len(letters), covered, tuple(_rest(letters, inside)))


def _rest(letters: Sequence[int], inside: bytearray) -> Iterator[PassageSpan]:
    """Stretches of uncovered letters with whatever stands between them, as long as no span comes between."""
    start = end = -1
    for index in letters:
        if inside[index]:
            continue
        if start >= 0 and any(inside[end:index]):
            yield PassageSpan(start, end)
            start = -1
        start, end = (index if start < 0 else start), index + 1
    if start >= 0:
        yield PassageSpan(start, end)
