"""JSON Lines in and out: each line of input gives exactly one line of output, in order and at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict

from tqdm import tqdm

from kg import render
from kg.commands.common import DONE, WRONG
from kg.errors import InputError, Problem


def answered(lines: Iterable[str], answer: Callable[[str], object], size: int | None) -> int:
    """Answers every line that is not blank; a bad one is answered by its errors. `size` in bytes is for the progress.

    Exit status 2 when a line was wrong, else 0. Progress is drawn on standard error if that is a terminal.
    """
    wrong = 0
    with tqdm(total=size, unit="B", unit_scale=True, disable=not sys.stderr.isatty(), file=sys.stderr) as progress:
        for number, line in enumerate(lines, 1):
            progress.update(len(line.encode()))
            try:
                found = answer(line) if line.strip() else _blank()
            except InputError as error:
                wrong += 1
                found = {"line": number, "errors": [asdict(problem) for problem in error.problems]}
            sys.stdout.write(render.dumps(found, None) + "\n")
            sys.stdout.flush()
    if wrong:
        print(f"{wrong} lines are wrong; each is answered by its errors", file=sys.stderr)
    return WRONG if wrong else DONE


def _blank() -> object:
    raise InputError([Problem("$", "is an empty line", "Leave it out, or write one object on it.")])
