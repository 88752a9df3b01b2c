"""Processes and open files, looked up in /proc and by `ps`, for tests of what is left when something ends."""

from __future__ import annotations

import gc
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

LATE = 120.0


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something comes true before a computer that is busy with other things would be late."""
    until = time.monotonic() + LATE
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return holds()


def settles(count: Callable[[], int], wanted: int) -> bool:
    """Whether a number that goes up and down for a while comes to what is wanted, and still is half a second later."""

    def there() -> bool:
        return count() == wanted

    def stays() -> bool:
        for _ in range(5):
            if not there():
                return False
            time.sleep(0.1)
        return there()

    return eventually(stays)


def open_files() -> set[str]:
    """What this process has open, but for what only the listing itself opens."""
    gc.collect()
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.add(f"{entry.name} {entry.readlink()}")
        except OSError:
            continue
    return {name for name in found if "/proc/" not in name}


def children(pid: int) -> set[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return {int(found) for found in listed.stdout.split()}


def below(pid: int) -> set[int]:
    """Every process that a process started, and those that these started."""
    direct = children(pid)
    return direct.union(*(below(one) for one in direct))


def running(pids: set[int]) -> set[int]:
    """Those that have not ended; one that nobody has asked for its exit status has."""
    return {pid for pid in pids if state_of(pid) not in ("", "Z", "X")}


def state_of(pid: int) -> str:
    """The letter of a process's state, nothing where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""
