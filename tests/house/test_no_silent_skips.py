"""Where CI is set, a test that could not run fails; by hand it is skipped with its reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from places import SUPPORT

TESTS = """
import pytest

@pytest.mark.skipif(True, reason="no browser: apt-get install chromium")
def test_marked(): pass

def test_called(): pytest.skip("no browser: apt-get install chromium")

@pytest.fixture
def tool(): pytest.skip("no browser: apt-get install chromium")

def test_needing(tool): pass

def test_without_texts(): pytest.skip("the texts are not at hand (shared/articles)")

def test_that_runs(): pass
"""


@pytest.mark.parametrize(
    ("told", "status", "outcome"),
    [({"CI": "true"}, 1, "1 failed, 1 passed, 1 skipped, 2 errors"), ({}, 0, "1 passed, 4 skipped")],
    ids=["in CI", "by hand"],
)
def test_a_test_that_could_not_run(told: dict[str, str], status: int, outcome: str, tmp_path: Path) -> None:
    # Given tests that skip by a mark, by a call and by a fixture, and one whose text cannot be had
    file = tmp_path / "test_given.py"
    file.write_text(TESTS, encoding="utf-8")
    environment = {name: text for name, text in os.environ.items() if name != "CI"} | told

    # When they run
    command = [sys.executable, "-m", "pytest", "-rs", "-c", os.devnull, "--rootdir", str(tmp_path), str(file)]
    done = subprocess.run(
        [*command, "-p", "no_silent_skips", "-p", "no:cacheprovider"],
        env={**environment, "PYTHONPATH": str(SUPPORT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    # Then CI fails for what it could have had, and the last lines name the rest with its reason
    assert done.returncode == status, done.stdout
    assert outcome in done.stdout.splitlines()[-1]
    assert "the texts are not at hand (shared/articles)" in done.stdout
    assert ("could not run in CI: no browser" in done.stdout) == bool(status)
