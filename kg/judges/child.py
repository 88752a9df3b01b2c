"""A reasoner of another maker in a child process: one JSON query in, one answer out."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from kg.errors import ReasonerError


def answer_of(module: str, query: Mapping[str, Any], timeout: float, reasoner: str = "HermiT") -> Any:
    """What `python -m module` answers to a query. Its group is killed after `timeout` seconds. Raises ReasonerError."""
    if importlib.util.find_spec("jpype") is None:
        raise ReasonerError(f"{reasoner} is not installed: pip install 'warrant[hermit]'")
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(json.dumps(query), timeout=timeout)
    except subprocess.TimeoutExpired as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise ReasonerError(f"{reasoner} did not finish within {timeout:.0f} s; ask about fewer patients") from error
    if process.returncode != 0:
        lines = err.strip().splitlines()
        raise ReasonerError(f"{reasoner} could not be run: {lines[-1] if lines else 'no message'}")
    return json.loads(out)
