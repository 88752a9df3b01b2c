"""A pytest plugin: where CI is set, a test that skips fails, unless what it needs cannot be had there at all.

`.ci/run` installs what a package manager has, such as a browser. What it cannot install is a text that may not be
published, Maven on a machine that has none, and a right that the kernel withholds. Reasons say so in these words.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from typing import Any, Final

import pytest

NOT_TO_BE_HAD: Final = re.compile(r"\bnot at hand\b|^this system\b")


def excused(reason: str) -> bool:
    """Whether a reason for skipping holds in CI too."""
    return bool(NOT_TO_BE_HAD.search(reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if os.environ.get("CI") and report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if not excused(reason):
            report.outcome, report.longrepr = "failed", f"{item.nodeid} could not run in CI: {reason}"
    return report
