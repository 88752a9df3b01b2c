"""The index of an ontology on disk: the same as one that is made anew, and never a damaged one."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from kg.ontology.compiled import Ontology
from kg.ontology.index import ModuleIndex, cached_index


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("WARRANT_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def contents(ontology: Ontology) -> list[bytes]:
    return [path.read_bytes() for path in ontology.files]


def test_the_index_from_the_cache_is_the_one_that_was_made(
    folder: Path, ontology: Ontology, contents: list[bytes]
) -> None:
    made = ModuleIndex(contents)
    first, second = (cached_index(ontology.digest, contents) for _ in range(2))
    assert first.objects == second.objects == made.objects
    assert second.having("https://w3id.org/warrant/sentence") == made.having("https://w3id.org/warrant/sentence")
    assert len(list(folder.glob("*.index"))) == 1


@pytest.mark.parametrize("place", [0, 40, 5000, -1], ids=["key", "checksum", "middle", "end"])
def test_a_file_that_was_altered_is_reported_and_made_again(
    folder: Path, ontology: Ontology, contents: list[bytes], place: int, caplog: pytest.LogCaptureFixture
) -> None:
    made = cached_index(ontology.digest, contents).objects
    (path,) = folder.glob("*.index")
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        assert cached_index(ontology.digest, contents).objects == made
    assert "is damaged" in caplog.text
    caplog.clear()
    cached_index(ontology.digest, contents)
    assert not caplog.records


def test_a_file_that_was_cut_short_is_made_again(folder: Path, ontology: Ontology, contents: list[bytes]) -> None:
    made = cached_index(ontology.digest, contents).objects
    (path,) = folder.glob("*.index")
    path.write_bytes(path.read_bytes()[:100])
    assert cached_index(ontology.digest, contents).objects == made


def test_a_cache_that_cannot_be_written_is_done_without(
    ontology: Ontology, contents: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARRANT_CACHE", "/dev/null/nowhere")
    assert cached_index(ontology.digest, contents).objects == ontology.index.objects
