"""JSON Lines in and out: each line of input gives exactly one line of output, in order and at once."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import Final, NamedTuple

from kg import render
from kg.commands.common import DONE, WRONG
from kg.errors import InputError, Problem


def standard_input() -> Iterable[bytes | str]:
    """The lines of standard input, not yet decoded where that can be."""
    return getattr(sys.stdin, "buffer", sys.stdin)


Answer = Callable[[str], bytes]
CHUNK: Final = 16
WAITING: Final = 4
"""Chunks of lines read ahead for each process."""


class AnsweredLine(NamedTuple):
    """The answer to a line, the bytes that it had, and whether it was wrong."""

    size: int
    content: bytes
    wrong: bool


def answered(lines: Iterable[bytes | str], answer: Answer, size: int | None) -> int:
    """Writes the answer to every line, JSON without line breaks; a bad line is answered by its errors.

    `size` in bytes is for the progress, which is drawn on standard error if that is a terminal. Exit status 2 when a
    line was wrong, else 0.
    """
    return _write((_one(number, line, answer) for number, line in enumerate(lines, 1)), size)


def answered_by(
    jobs: int, lines: Iterable[bytes | str], make: Callable[[Namespace], Answer], options: Namespace, size: int | None
) -> int:
    """The same bytes from several processes, each of which makes its answer once from the options."""
    if jobs < 2:
        return answered(lines, make(options), size)
    return _write(_from_processes(jobs, lines, partial(make, options)), size)


def _from_processes(jobs: int, lines: Iterable[bytes | str], make: Callable[[], Answer]) -> Iterator[AnsweredLine]:
    """The answers in the order of the lines; few chunks wait at a time, whatever the length of the input."""
    numbered = enumerate(lines, 1)
    with ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (make,)) as pool:
        waiting: deque[Future[list[AnsweredLine]]] = deque()
        while chunk := list(islice(numbered, CHUNK)):
            waiting.append(pool.submit(_chunk, chunk))
            if len(waiting) >= WAITING * jobs:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


_answer: list[Answer] = []
"""How the lines of this process are answered, once it has begun."""


def _begin(make: Callable[[], Answer]) -> None:
    _answer.append(make())


def _chunk(lines: Iterable[tuple[int, bytes | str]]) -> list[AnsweredLine]:
    return [_one(number, line, _answer[0]) for number, line in lines]


def _one(number: int, line: bytes | str, answer: Answer) -> AnsweredLine:
    try:
        return AnsweredLine(len(line), answer(_text(line)), False)
    except InputError as error:
        errors = [asdict(problem) for problem in error.problems]
        content = render.dumps({"line": number, "errors": errors}, None).encode("utf-8", "surrogatepass")
        return AnsweredLine(len(line), content, True)


def _write(found: Iterable[AnsweredLine], size: int | None) -> int:
    from tqdm import tqdm  # noqa: PLC0415 - a twentieth of a cold start that a single question does not need

    wrong = 0
    with tqdm(total=size, unit="B", unit_scale=True, disable=not sys.stderr.isatty(), file=sys.stderr) as progress:
        for one in found:
            progress.update(one.size)
            wrong += one.wrong
            sys.stdout.buffer.write(one.content + b"\n")
            sys.stdout.buffer.flush()
    if wrong:
        said = "line is wrong; it is answered by its" if wrong == 1 else "lines are wrong; each is answered by its"
        print(f"{wrong} {said} errors", file=sys.stderr)
    return WRONG if wrong else DONE


def _text(line: bytes | str) -> str:
    try:
        text = line.decode("utf-8-sig") if isinstance(line, bytes) else line
    except UnicodeDecodeError as error:
        raise InputError([Problem("$", f"is no UTF-8 text: {error.reason}", "Save it as UTF-8.")]) from error
    if not text.strip():
        raise InputError([Problem("$", "is an empty line", "Leave it out, or write one object on it.")])
    return text
