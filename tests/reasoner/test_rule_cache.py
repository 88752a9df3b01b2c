"""The cache of compiled rules: the same rules, the same closures, and never a file that is not what was written."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.cache import checked_file
from kg.ontology.compiled import DEFAULT_FOLDER, Ontology
from kg.ontology.modules import ModuleFiles
from kg.reasoner import rule_cache
from kg.reasoner.engine import Engine
from kg.reasoner.rule_writer import RuleWriter
from kg.reasoner.rules import Feature, Rules, compile_rules, write_rules
from kg.record.examples import paths, read_example

TABLES = ("above", "domains", "ranges", "chains", "followed", "defined", "functional", "loose")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WARRANT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def fresh(ontology: Ontology) -> Rules:
    return compile_rules(ontology)


def same(left: Rules, right: Rules) -> bool:
    sequences = all(list(getattr(left, name)) == list(getattr(right, name)) for name in ("features", "axioms", "rules"))
    return sequences and all(getattr(left, name) == getattr(right, name) for name in TABLES)


def test_the_second_time_nothing_is_compiled(fresh: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    first = rule_cache.rules_in(DEFAULT_FOLDER)
    monkeypatch.setattr(ModuleFiles, "triples_of", lambda *_: pytest.fail("Turtle was read"))
    second = rule_cache.rules_in(DEFAULT_FOLDER)
    assert same(first, fresh)
    assert same(second, fresh)


def test_example_patients_have_the_same_closures(ontology: Ontology, fresh: Rules) -> None:
    records = [read_example(ontology, path) for path in paths(ontology.folder)]
    rule_cache.rules_in(DEFAULT_FOLDER)
    cached = Engine(rules=rule_cache.load(ontology.digest))
    plain = Engine(ontology, fresh)
    assert len(records) >= 15
    for record in records:
        assert cached.closure(cached.saturate(record)) == plain.closure(plain.saturate(record))
        assert cached.saturate(record) == plain.saturate(record)


def test_every_feature_is_found_again_and_no_other(fresh: Rules) -> None:
    rules = rule_cache.cached_rules(ModuleFiles(DEFAULT_FOLDER))
    assert [rules.known[feature] for feature in fresh.features] == list(range(len(fresh.features)))
    assert Feature("class", "", "Nowhere") not in rules.known
    assert set(rules.known) == set(fresh.features)


@pytest.fixture(scope="module")
def writer(ontology: Ontology) -> RuleWriter:
    return write_rules(ontology)


@pytest.fixture
def compiled_once(writer: RuleWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about the file and not about what is in it."""
    monkeypatch.setattr(rule_cache, "write_rules", lambda modules: writer)


DAMAGES: tuple[Callable[[bytes], bytes], ...] = (
    lambda data: b"",
    lambda data: data[:40],
    lambda data: data[: len(data) // 2],
    lambda data: data[:-1],
    lambda data: data + b"\0",
    lambda data: b"another file altogether" + data[23:],
    lambda data: data[:20] + bytes([data[20] ^ 1]) + data[21:],
    lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:],
    lambda data: data[:-9] + bytes([data[-9] ^ 128]) + data[-8:],
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_made_again_and_the_log_says_so(
    damage: Callable[[bytes], bytes],
    compiled_once: None,
    fresh: Rules,
    ontology: Ontology,
    caplog: pytest.LogCaptureFixture,
) -> None:
    rule_cache.cached_rules(ontology)
    path = rule_cache.file_of(ontology.digest).path
    good = path.read_bytes()
    path.write_bytes(damage(good))
    assert same(rule_cache.cached_rules(ontology), fresh)
    assert [record.getMessage() for record in caplog.records] == [
        f"{path}: is damaged or has another key; it is made again"
    ]
    assert path.read_bytes() == good


def test_the_cache_of_another_ontology_is_not_taken(ontology: Ontology) -> None:
    rule_cache.cached_rules(ontology)
    other = rule_cache.file_of("0" * 64).path
    shutil.copy(rule_cache.file_of(ontology.digest).path, other)
    assert rule_cache.load("0" * 64) is None


def test_rules_of_another_compiler_are_not_taken(ontology: Ontology, monkeypatch: pytest.MonkeyPatch) -> None:
    rule_cache.cached_rules(ontology)
    assert rule_cache.load(ontology.digest) is not None
    monkeypatch.setattr(checked_file, "sources_digest", lambda *rooms: b"another compiler")
    assert rule_cache.load(ontology.digest) is None


def test_a_changed_file_misses(tmp_path: Path, ontology: Ontology) -> None:
    rule_cache.cached_rules(ontology)
    copy = shutil.copytree(DEFAULT_FOLDER, tmp_path / "ontology")
    assert ModuleFiles(copy).digest == ontology.digest
    module = copy / "modules" / "thresholds.ttl"
    module.write_text(module.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert ModuleFiles(copy).digest != ontology.digest
    assert rule_cache.load(ModuleFiles(copy).digest) is None


def test_where_nothing_can_be_written_rules_stay_in_memory(
    place: Path, fresh: Rules, ontology: Ontology, caplog: pytest.LogCaptureFixture
) -> None:
    place.write_text("a file where the folder should be", encoding="utf-8")
    caplog.set_level("INFO")
    assert same(rule_cache.cached_rules(ontology), fresh)
    assert "cannot be written" in caplog.text


def test_loading_takes_less_than_a_tenth_of_a_second_with_the_digest(ontology: Ontology) -> None:
    rule_cache.cached_rules(ontology)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        rule_cache.rules_in(DEFAULT_FOLDER)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.1


def test_only_the_latest_few_are_kept(place: Path, ontology: Ontology) -> None:
    place.mkdir()
    for number in range(20):
        (place / f"{number}.rules").write_bytes(b"")
    rule_cache.cached_rules(ontology)
    assert len(list(place.iterdir())) == checked_file.KEPT
    assert rule_cache.load(ontology.digest) is not None
