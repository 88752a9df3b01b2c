"""How an answer is printed: text for a terminal of some width, with colour where that is wanted."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from typing import Final

from kg import render
from kg.assess import Assessment
from kg.render.text import wrapped

WIDEST: Final = 120
WHOLE: Final = "Every claim with its place, every doubt and source: this command again, with --full"


def print_answer(form: str, assessment: Assessment, data: Callable[[], object], command: str, full: bool) -> None:
    """Prints an assessment as `text`, `markdown` or `json`, the last from `data`; `command`, before an id, explains.

    Text fits a screen unless it is to be `full`.
    """
    if form == "text" and full:
        sys.stdout.write(render.as_text(assessment, width(), coloured(), command))
    elif form == "text":
        sys.stdout.write(render.as_screen(assessment, width(), coloured(), command))
        print_hint()
    elif form == "markdown":
        sys.stdout.write(render.as_markdown(assessment, command=command))
    else:
        print(render.dumps(data()))


def print_hint() -> None:
    """Prints how to have the whole of what was printed for a screen."""
    print("\n".join(wrapped(WHOLE, width())))


def width() -> int:
    """Columns of the terminal, at most 120; 100 where there is none."""
    return min(shutil.get_terminal_size((100, 24)).columns, WIDEST)


def coloured() -> bool:
    """Colour only on a terminal, and not where NO_COLOR is set (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
