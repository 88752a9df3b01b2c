"""How an answer is printed: text for a terminal of some width, with colour where that is wanted."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable

from kg import render
from kg.assess import Assessment

WIDEST = 120


def print_answer(form: str, assessment: Assessment, data: Callable[[], object], command: str) -> None:
    """Prints an assessment as `text`, `markdown` or `json`, the last from `data`; `command`, before an id, explains."""
    if form == "text":
        sys.stdout.write(render.as_text(assessment, width(), coloured(), command=command))
    elif form == "markdown":
        sys.stdout.write(render.as_markdown(assessment, command=command))
    else:
        print(render.dumps(data()))


def width() -> int:
    """Columns of the terminal, at most 120; 100 where there is none."""
    return min(shutil.get_terminal_size((100, 24)).columns, WIDEST)


def coloured() -> bool:
    """Colour only on a terminal, and not where NO_COLOR is set (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
