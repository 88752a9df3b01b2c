"""Where caches are: what is told, the platform's convention, a temporary folder of the user; nobody else's."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kg.cache import artifacts as cache


@pytest.mark.parametrize(
    ("platform", "setting", "value", "expected"),
    [
        ("linux", "XDG_CACHE_HOME", "caches", "caches/warrant"),
        ("darwin", "HOME", "me", "me/Library/Caches/warrant"),
        ("win32", "LOCALAPPDATA", "local", "local/warrant/cache"),
    ],
)
def test_the_folder_follows_the_platform(
    platform: str, setting: str, value: str, expected: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("WARRANT_CACHE", raising=False)
    monkeypatch.setenv(setting, str(tmp_path / value))
    monkeypatch.setattr("sys.platform", platform)
    assert cache.folder() == tmp_path / expected


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder below the system's temporary one, of a user whose cache folder cannot be made."""
    monkeypatch.delenv("WARRANT_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null/nowhere")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path / f"warrant-{os.getuid()}"


def test_where_the_usual_folder_cannot_be_made_a_temporary_one_of_the_user_serves(temporary: Path) -> None:
    assert cache.folder() == temporary
    assert stat.S_IMODE(temporary.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_temporary_folder_that_others_can_write_is_not_used(temporary: Path, mode: int) -> None:
    temporary.mkdir()
    temporary.chmod(mode)
    assert cache.folder() == Path("/dev/null/nowhere/warrant")


def test_a_link_in_place_of_the_temporary_folder_is_not_used(temporary: Path, tmp_path: Path) -> None:
    temporary.symlink_to(tmp_path)
    assert cache.folder() == Path("/dev/null/nowhere/warrant")
