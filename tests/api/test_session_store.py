"""The memory in which processes keep assessments: shared, bounded by time, number and bytes, and gone when deleted."""

from __future__ import annotations

import hashlib
import os
import random
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.config import Retention
from api.sessions.store import START, SessionStore, memory_file

SIZE = 20_000


def handle(name: object) -> str:
    return hashlib.sha256(str(name).encode()).hexdigest()


class Stores:
    """Two processes' views of one memory file, and the clock of both."""

    def __init__(self, most: int = 50) -> None:
        self.now = 0.0
        self.descriptor = memory_file(SIZE)
        retention = Retention(seconds=60, most=most)
        self.one, self.other = (SessionStore(os.dup(self.descriptor), retention, lambda: self.now) for _ in range(2))

    def everything(self) -> bytes:
        """All that lies in the memory."""
        return os.pread(self.descriptor, START + SIZE, 0)


@pytest.fixture
def stores() -> Iterator[Stores]:
    found = Stores()
    yield found
    found.one.close()
    found.other.close()
    os.close(found.descriptor)


def test_what_one_process_keeps_another_finds(stores: Stores) -> None:
    stores.one.put(handle("a"), b"facts")
    assert stores.other.get(handle("a")) == b"facts"
    assert stores.other.get(handle("b")) is None


def test_the_same_handle_again_starts_its_time_anew(stores: Stores) -> None:
    stores.one.put(handle("a"), b"facts")
    stores.one.put(handle("b"), b"others")
    stores.now = 40
    stores.other.put(handle("a"), b"facts")
    stores.now = 70
    assert (stores.one.get(handle("a")), stores.one.get(handle("b")), stores.one.count()) == (b"facts", None, 1)


def test_what_is_deleted_or_over_its_time_lies_nowhere_in_the_memory(stores: Stores) -> None:
    for name in ("deleted", "expired"):
        stores.one.put(handle(name), f"facts of the {name}".encode())
    assert stores.everything().count(b"facts of the") == 2
    assert stores.other.remove(handle("deleted"))
    assert stores.everything().count(b"facts of the") == 1
    stores.now = 61
    assert stores.one.count() == 0
    assert b"facts of the" not in stores.everything()
    assert not stores.other.remove(handle("expired"))


def test_the_oldest_make_room_by_number_and_by_bytes() -> None:
    few = Stores(most=3)
    for number in range(5):
        few.one.put(handle(number), b"x")
    assert [few.one.get(handle(number)) is not None for number in range(5)] == [False, False, True, True, True]
    large = Stores()
    for number in range(5):
        large.one.put(handle(number), bytes(SIZE // 3))
    assert [large.other.get(handle(number)) is not None for number in range(5)] == [False, False, False, True, True]


def test_what_would_fill_the_memory_alone_is_not_kept(stores: Stores) -> None:
    stores.one.put(handle("a"), bytes(SIZE))
    assert stores.one.get(handle("a")) is None


@pytest.mark.parametrize("name", ["", "5f1d", "x" * 64, "A" * 64, "é" * 64])
def test_what_is_no_handle_has_nothing(stores: Stores, name: str) -> None:
    assert stores.one.get(name) is None
    assert not stores.one.remove(name)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_two_processes_do_nothing_is_mixed_up(seed: int) -> None:
    stores, chance, model = Stores(), random.Random(seed), dict[int, bytes]()
    found = 0
    for _ in range(3000):
        store, name, act = chance.choice((stores.one, stores.other)), chance.randrange(40), chance.random()
        if act < 0.5:
            model[name] = chance.randbytes(chance.randrange(1, 900))
            store.put(handle(name), model[name])
        elif act < 0.6:
            store.remove(handle(name))
            model.pop(name, None)
        elif (content := store.get(handle(name))) is not None:
            found += 1
            assert content == model[name]
        stores.now += 0.01
    assert found > 300
    assert stores.one.count() == stores.other.count() > 10


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are looked up in /proc")
def test_the_memory_has_no_name_and_belongs_to_its_owner_alone(stores: Stores) -> None:
    assert stat.S_IMODE(os.fstat(stores.descriptor).st_mode) == 0o600
    assert "memfd:" in os.readlink(f"/proc/self/fd/{stores.descriptor}")
