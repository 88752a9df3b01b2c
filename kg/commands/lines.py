"""JSON Lines in and out: each line of input gives exactly one line of output, in order and at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict

from kg import render
from kg.commands.common import DONE, WRONG
from kg.errors import InputError, Problem


def standard_input() -> Iterable[bytes | str]:
    """The lines of standard input, not yet decoded where that can be."""
    return getattr(sys.stdin, "buffer", sys.stdin)


def answered(lines: Iterable[bytes | str], answer: Callable[[str], bytes], size: int | None) -> int:
    """Writes the answer to every line, JSON without line breaks; a bad line is answered by its errors.

    `size` in bytes is for the progress, which is drawn on standard error if that is a terminal. Exit status 2 when a
    line was wrong, else 0.
    """
    from tqdm import tqdm  # noqa: PLC0415 - a twentieth of a cold start that a single question does not need

    wrong = 0
    with tqdm(total=size, unit="B", unit_scale=True, disable=not sys.stderr.isatty(), file=sys.stderr) as progress:
        for number, line in enumerate(lines, 1):
            progress.update(len(line))
            try:
                found = answer(_text(line))
            except InputError as error:
                wrong += 1
                errors = [asdict(problem) for problem in error.problems]
                found = render.dumps({"line": number, "errors": errors}, None).encode("utf-8", "surrogatepass")
            sys.stdout.buffer.write(found + b"\n")
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
