"""Passages against texts: a made-up article, and the real ones where their folder is at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kg.check.passages import (
    ClaimPassage,
    PassageCoverage,
    PassageSpan,
    articles,
    coverage,
    quotation,
    sha256,
    verify,
    words_of,
)
from kg.errors import OntologyError
from places import ROOT, SHARED
from sources import FIRST_ARTICLES, claim_count, claims_by_article, released_articles

ONTOLOGY = ROOT / "ontology"
TEXTS = SHARED / "articles"
with_texts = pytest.mark.skipif(not TEXTS.is_dir(), reason=f"the articles' texts are not at hand ({TEXTS})")

TEXT = "Café notes\n\nTea is warm (1). Ice is cold.\n"
WARM, COLD = PassageSpan(12, 23), PassageSpan(29, 41)
CLAIM = """
claim:X-{number} skos:notation "X-{number}" ; dcterms:source <https://example.org/p{number}> .
<https://example.org/p{number}> oa:hasSource <https://w3id.org/warrant/article/X> ; oa:start {start} ; oa:end {end} ;
    :digest "{digest}" ; :section "(body)" .
"""
ARTICLE = """
@prefix : <https://w3id.org/warrant/> .
@prefix claim: <https://w3id.org/warrant/claim/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/warrant/article/X> a :Article ; skos:notation "X" ; :fileName "x.txt" ;
    :digest "{digest}" ; :fileLength {length} .
"""


def slice_digest(span: PassageSpan) -> str:
    return sha256(TEXT[span.start : span.end].encode())


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "x.txt").write_bytes(TEXT.encode())
    return folder


@pytest.fixture
def ontology(tmp_path: Path) -> Callable[..., Path]:
    """An ontology of one article whose claims stand at the given spans, with the given digests."""

    def build(*claims: tuple[PassageSpan, str], length: int = len(TEXT)) -> Path:
        folder = tmp_path / "ontology"
        (folder / "modules").mkdir(parents=True)
        parts = [
            CLAIM.format(number=f"{number:02}", start=span.start, end=span.end, digest=digest)
            for number, (span, digest) in enumerate(claims, 1)
        ]
        head = ARTICLE.format(digest=sha256(TEXT.encode()), length=length)
        (folder / "modules" / "x.ttl").write_text(head + "".join(parts), encoding="utf-8")
        return folder

    return build


def test_right_passages_are_verified_and_the_rest_is_listed(ontology: Callable[..., Path], texts: Path) -> None:
    # given an article of which two sentences are claims
    folder = ontology((WARM, slice_digest(WARM)), (COLD, slice_digest(COLD)))

    # when its passages are verified
    found = verify(folder, texts)

    # then both are right, and the title and the marker are what stands outside
    assert found.verified
    assert found.ok
    assert (found.right, found.passages) == (2, 2)
    assert found.articles[0].coverage == PassageCoverage(
        letters=28, covered=18, rest=(PassageSpan(0, 10), PassageSpan(25, 26))
    )
    assert list(found.lines()) == [
        "2 of 2 passages have the right offsets and digest",
        "64.3% of all letters and digits stand in a claim",
        "X (x.txt): 2 of 2 passages",
        "  64.3% of 28 letters and digits stand in a claim; the rest:",
        "  [0, 10)",
        "  [25, 26)",
    ]
    assert "  [0, 10) Café notes" in found.lines(words=True)


def test_offsets_count_code_points_and_digests_count_bytes(ontology: Callable[..., Path], texts: Path) -> None:
    folder = ontology((PassageSpan(0, 4), sha256("Café".encode())))

    assert verify(folder, texts).right == 1
    assert quotation(folder, texts, "X-01") == "Café"


def test_a_wrong_digest_names_the_claim_and_the_remedy(ontology: Callable[..., Path], texts: Path) -> None:
    folder = ontology((WARM, slice_digest(COLD)), (COLD, slice_digest(COLD)))

    found = verify(folder, texts)

    assert found.right == 1
    assert [problem.where for problem in found.problems] == ["X-01: digest"]
    assert found.problems[0].message.startswith("[12, 23) of x.txt has the digest")
    assert found.problems[0].remedy == "Correct `at`, or the digest of the slice."
    assert quotation(folder, texts, "X-01") is None


@pytest.mark.parametrize("span", [PassageSpan(30, 99), PassageSpan(9, 9), PassageSpan(12, 3)])
def test_an_offset_outside_the_text_names_the_claim(
    ontology: Callable[..., Path], texts: Path, span: PassageSpan
) -> None:
    found = verify(ontology((span, "0" * 64)), texts)

    assert [problem.where for problem in found.problems] == ["X-01: at"]
    assert f"[{span.start}, {span.end}) lies outside x.txt" in found.problems[0].message


def test_another_file_than_the_one_that_was_read_is_refused(ontology: Callable[..., Path], texts: Path) -> None:
    # given a file that was edited since the claims were read from it
    folder = ontology((WARM, slice_digest(WARM)))
    (texts / "x.txt").write_bytes(TEXT.replace("Ice", "Sky").encode())

    # then nothing in it counts as verified, and nothing is quoted from it
    found = verify(folder, texts)
    assert [problem.where for problem in found.problems] == ["X: digest"]
    assert found.articles[0].coverage is None
    assert found.right == 0
    assert quotation(folder, texts, "X-01") is None
    assert "  coverage not verified" in found.lines()


def test_a_wrong_length_is_a_problem_of_the_article(ontology: Callable[..., Path], texts: Path) -> None:
    found = verify(ontology(length=len(TEXT) + 1), texts)

    assert [problem.where for problem in found.problems] == ["X: length"]


def test_a_missing_file_is_a_problem_of_the_article(ontology: Callable[..., Path], texts: Path) -> None:
    (texts / "x.txt").unlink()

    assert [problem.where for problem in verify(ontology(), texts).problems] == ["X: file"]


def test_without_the_folder_nothing_is_verified_and_that_is_said(ontology: Callable[..., Path], tmp_path: Path) -> None:
    folder = ontology((WARM, slice_digest(WARM)))

    found = verify(folder, tmp_path / "nowhere")

    assert not found.verified
    assert found.right == 0
    assert list(found.lines()) == [f"not verified: 1 passages; there is no folder {tmp_path / 'nowhere'}"]
    assert quotation(folder, tmp_path / "nowhere", "X-01") is None


def test_an_unknown_claim_has_no_quotation(ontology: Callable[..., Path], texts: Path) -> None:
    with pytest.raises(OntologyError, match="there is no claim 'X-99'"):
        quotation(ontology(), texts, "X-99")


def test_a_claim_in_the_middle_parts_the_rest() -> None:
    assert coverage("ab - cd - ef", [PassageSpan(5, 7)]) == PassageCoverage(
        6, 2, (PassageSpan(0, 2), PassageSpan(10, 12))
    )


def test_overlapping_claims_count_once_and_only_letters_and_digits_count() -> None:
    assert coverage("a1 .. é!", [PassageSpan(0, 2), PassageSpan(1, 4), PassageSpan(-3, 99)]) == PassageCoverage(
        3, 3, ()
    )
    assert coverage("... !", []).share == 1.0


# -- the real articles


def test_every_claim_of_the_sources_has_a_passage() -> None:
    counts = {article.id: len(article.passages) for article in articles(ONTOLOGY)}
    assert counts == {name: len(claims) for name, claims in claims_by_article().items()}


@with_texts
def test_every_offset_and_digest_of_the_real_articles_is_right() -> None:
    found = verify(ONTOLOGY, TEXTS)

    print(found.summary())
    assert found.problems == ()
    assert found.right == found.passages == claim_count()


@with_texts
def test_the_claims_cover_nine_tenths_of_the_real_articles() -> None:
    found = [item for item in verify(ONTOLOGY, TEXTS).articles if item.article in released_articles()]

    assert {item.article for item in found} >= set(FIRST_ARTICLES)
    read = [item.coverage for item in found if item.coverage]
    assert sum(item.covered for item in read) > 0.90 * sum(item.letters for item in read)
    for result in found:
        assert result.coverage is not None
        assert result.coverage.share > 0.85
        outside = sum(span.end - span.start for span in result.coverage.rest)
        assert outside >= result.coverage.letters - result.coverage.covered > 0


@with_texts
def test_every_claim_can_be_quoted_while_the_files_are_at_hand() -> None:
    def length(passage: ClaimPassage) -> int:
        return passage.span.end - passage.span.start

    for article in articles(ONTOLOGY):
        quotations = [words_of(article, passage, TEXTS) for passage in article.passages]
        assert [len(quote or "") for quote in quotations] == [length(passage) for passage in article.passages]
