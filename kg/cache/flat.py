"""Tables as one block of bytes: columns of numbers, rows of numbers, texts. Written once, read in place.

A block is read where it lies, in memory or in a mapped file, and only what is asked for is decoded. It holds no
code and no pointers: nothing in it can run.

    length of the directory · directory (JSON: name → offset, length) · sections, each at a multiple of eight
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, Final, TypeVar, overload

NUMBER: Final = "I"
ALIGN: Final = 8
REMEMBERED: Final = 1 << 17
K = TypeVar("K")
T = TypeVar("T")


class Rows:
    """Row → numbers: where each row starts, and all numbers one after the other."""

    def __init__(self) -> None:
        self.starts, self.items = array(NUMBER, [0]), array(NUMBER)

    def append(self, row: Iterable[int]) -> None:
        self.items.extend(row)
        self.starts.append(len(self.items))

    def __getitem__(self, row: int) -> array[int]:
        return self.items[self.starts[row] : self.starts[row + 1]]

    @staticmethod
    def grouped(count: int, keys: Sequence[int], values: Sequence[int]) -> Rows:
        """The values of each key below `count`, in their order."""
        rows = Rows()
        starts = rows.starts = array(NUMBER, bytes(4 * (count + 1)))
        for key in keys:
            starts[key + 1] += 1
        for key in range(count):
            starts[key + 1] += starts[key]
        items, free = array(NUMBER, bytes(4 * len(values))), array(NUMBER, starts)
        for key, value in zip(keys, values, strict=True):
            items[free[key]] = value
            free[key] += 1
        rows.items = items
        return rows


class BlockWriter:
    """Collects sections and writes them as a block."""

    def __init__(self) -> None:
        self.sections: dict[str, bytes | array[int]] = {}

    def numbers(self, name: str, values: Iterable[int]) -> None:
        """A column; item sizes are the machine's, so a block stays on machines of its kind."""
        self.sections[name] = values if isinstance(values, array) else array(NUMBER, values)

    def rows(self, name: str, rows: Rows) -> None:
        self.numbers(name + ".starts", rows.starts)
        self.numbers(name, rows.items)

    def texts(self, name: str, values: Iterable[str]) -> None:
        data, starts = bytearray(), array(NUMBER, [0])
        for value in values:
            data += value.encode()
            starts.append(len(data))
        self.numbers(name + ".starts", starts)
        self.sections[name] = bytes(data)

    def json(self, name: str, value: Any) -> None:
        self.sections[name] = json.dumps(value, ensure_ascii=False).encode()

    def write(self, file: BinaryIO) -> None:
        """The block, without a second copy of the sections."""
        sizes = {name: memoryview(data).nbytes for name, data in self.sections.items()}
        directory, offset = {}, 0
        for name, size in sizes.items():
            directory[name] = (offset, size)
            offset += size + -size % ALIGN
        head = json.dumps(directory).encode()
        head += b" " * (-len(head) % ALIGN)
        file.write(len(head).to_bytes(ALIGN, "little") + head)
        for name, data in self.sections.items():
            file.write(data)
            file.write(bytes(-sizes[name] % ALIGN))


class Block:
    """A block, read in place."""

    def __init__(self, data: memoryview) -> None:
        size = int.from_bytes(data[:ALIGN], "little")
        self.directory: dict[str, list[int]] = json.loads(bytes(data[ALIGN : ALIGN + size]))
        self.data = data[ALIGN + size :]

    def section(self, name: str) -> memoryview:
        offset, size = self.directory[name]
        return self.data[offset : offset + size]

    def numbers(self, name: str) -> memoryview:
        return self.section(name).cast(NUMBER)

    def rows(self, name: str) -> Callable[[int], tuple[int, ...]]:
        """Row → its numbers."""
        starts, items = self.numbers(name + ".starts"), self.numbers(name)
        return lambda row: tuple(items[starts[row] : starts[row + 1]])

    def texts(self, name: str) -> Decoded[str]:
        starts, data = self.numbers(name + ".starts"), self.section(name)
        return Decoded(len(starts) - 1, lambda number: str(data[starts[number] : starts[number + 1]], "utf-8"))

    def json(self, name: str) -> Any:
        return json.loads(bytes(self.section(name)))


class Remembered(dict[K, T]):
    """A function as a mapping: a value is made on first sight, all are forgotten when REMEMBERED are there."""

    def __init__(self, make: Callable[[K], T]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, key: K) -> T:
        if len(self) >= REMEMBERED:
            self.clear()
        found = self[key] = self.make(key)
        return found


class Decoded(Sequence[T]):
    """A sequence whose items are decoded when they are asked for."""

    def __init__(self, size: int, decode: Callable[[int], T]) -> None:
        self.size, self.item = size, Remembered(decode)

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, key: int) -> T: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[T, ...]: ...
    def __getitem__(self, key: int | slice) -> T | tuple[T, ...]:
        if isinstance(key, slice):
            return tuple(self.item[number] for number in range(*key.indices(self.size)))
        if not -self.size <= key < self.size:
            raise IndexError(key)
        return self.item[key % self.size]

    def __iter__(self) -> Iterator[T]:
        """Without remembering: a walk over everything leaves no trace."""
        return map(self.item.make, range(self.size))
