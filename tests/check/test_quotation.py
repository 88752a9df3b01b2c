"""The words of a passage in their paragraph: a made-up article, and a file that is missing or another one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kg.check.passages import sha256
from kg.check.quotation import Refusal, TextQuote, quoted
from kg.ontology.model import Article, Passage
from rendered import KNOWLEDGE

TEXT = "Notes\n\nTea is warm. Ice is cold.\nSnow is white."
ICE = "Ice is cold."


@pytest.fixture
def article(tmp_path: Path) -> Article:
    (tmp_path / "x.txt").write_bytes(TEXT.encode())
    (known, *_) = KNOWLEDGE.ontology.articles.values()
    return replace(known, file="x.txt", digest=sha256(TEXT.encode()), length=len(TEXT))


def passage(words: str) -> Passage:
    start = TEXT.index(words)
    return Passage("X", "(body)", start, start + len(words), sha256(words.encode()))


@pytest.mark.parametrize(
    ("words", "prefix", "suffix"),
    [
        (ICE, "Tea is warm. ", ""),
        ("Tea is warm.", "", " Ice is cold."),
        ("Snow is", "", " white."),
        ("cold.\nSnow", "Tea is warm. Ice is ", " is white."),
    ],
)
def test_the_words_stand_in_their_paragraph(
    article: Article, tmp_path: Path, words: str, prefix: str, suffix: str
) -> None:
    assert quoted(article, passage(words), tmp_path) == TextQuote(prefix, words, suffix)


def test_a_changed_file_or_slice_is_refused_and_a_missing_one_said(article: Article, tmp_path: Path) -> None:
    assert quoted(article, replace(passage(ICE), end=30), tmp_path) is Refusal.CHANGED
    assert quoted(article, passage(ICE), None) is Refusal.MISSING
    assert quoted(article, passage(ICE), tmp_path / "elsewhere") is Refusal.MISSING
    (tmp_path / "x.txt").write_text(TEXT.replace("Snow", "Rain"), encoding="utf-8")
    assert quoted(article, passage(ICE), tmp_path) is Refusal.CHANGED
