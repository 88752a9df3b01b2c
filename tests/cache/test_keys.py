"""Keys of cached artifacts: code that takes part in making an artifact takes part in its key."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

from kg.cache import sources
from kg.cache.checked_file import CheckedFile
from kg.ontology import index
from kg.reasoner import rule_cache
from kg.store import dataset

MAKERS = [
    pytest.param("kg.ontology.index", index.MADE_BY, id="index"),
    pytest.param("kg.reasoner.rules", rule_cache.MADE_BY, id="rules"),
    pytest.param("kg.store.graphs", dataset.MADE_BY, id="dataset"),
]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the program's source that keys are made of."""
    copy = shutil.copytree(sources.PACKAGE, tmp_path / "kg", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(sources, "PACKAGE", copy)
    sources.sources_digest.cache_clear()
    yield copy
    sources.sources_digest.cache_clear()


@pytest.mark.parametrize(("module", "rooms"), MAKERS)
def test_every_room_that_makes_an_artifact_is_in_its_key(module: str, rooms: tuple[str, ...]) -> None:
    graph = grimp.build_graph("kg", exclude_type_checking_imports=True)
    used = {name.split(".")[1] for name in graph.find_upstream_modules(module) if name.count(".") > 1}
    assert used <= set(rooms)
    assert module.split(".")[1] in rooms


@pytest.mark.parametrize("changed", ["reasoner/engine.py", "reasoner/rules.py", "ontology/index.py", "cache/flat.py"])
def test_a_change_of_code_changes_the_key_of_the_rules(program: Path, changed: str) -> None:
    before = rule_cache.file_of("digest").key
    with (program / changed).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    sources.sources_digest.cache_clear()
    assert rule_cache.file_of("digest").key != before


def test_a_change_elsewhere_changes_no_key(program: Path) -> None:
    before = rule_cache.file_of("digest").key
    (program / "render" / "new.py").write_text("# new\n", encoding="utf-8")
    sources.sources_digest.cache_clear()
    assert rule_cache.file_of("digest").key == before


def test_kind_rooms_and_content_make_different_keys() -> None:
    files = [CheckedFile(*given) for given in (("a", ("cache",), "1"), ("b", ("cache",), "1"), ("a", ("cache",), "2"))]
    files.append(CheckedFile("a", ("cache", "facts"), "1"))
    assert len({file.key for file in files}) == 4


def test_a_room_without_modules_is_an_error() -> None:
    with pytest.raises(ValueError, match="kg/nowhere"):
        sources.sources_digest("nowhere")
