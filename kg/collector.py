"""The garbage collector stands aside while large tables are made.

It looks at every new object again and again although none of them is garbage: reading the ontology takes twice the
time with it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Without collections inside; whoever had turned the collector off finds it off."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
