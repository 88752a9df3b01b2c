"""README and docs/ as data: their fenced blocks, the commands in them, and how a command is run."""

from __future__ import annotations

import io
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from api.cli import COMMANDS
from kg.commands.dispatch import main
from places import ROOT

PAGES = ("README.md", "CONTRIBUTING.md", "ontology/README.md")
DOCUMENTS = [*(ROOT / name for name in PAGES), *sorted((ROOT / "docs").glob("*.md"))]
WARRANT = ".venv/bin/warrant"
SERVER = "127.0.0.1:8000"
# a comment behind a command says that it takes long, or that it goes on until it is stopped
LONG = re.compile(r"#.*\b(?:minutes?|until|articles' texts|writes)\b")
OUTPUTS = ("text", "json", "turtle", "csv")


@dataclass(frozen=True)
class Block:
    """A fenced block: the file and line of its first line, its language, its text."""

    path: Path
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"

    def commands(self) -> list[str]:
        """The commands of a block of shell, those over several lines joined."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@dataclass(frozen=True)
class Quoted:
    """A block that quotes what the commands of the block of shell before it print."""

    shell: Block
    output: Block


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a document."""
    text = path.read_text(encoding="utf-8")
    found = re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(path, text[: one.start()].count("\n") + 2, one[1], one[2]) for one in found]


def shells(path: Path) -> list[Block]:
    return [block for block in blocks(path) if block.language == "sh"]


def quotations(path: Path) -> Iterator[Quoted]:
    """Each block of output with the block of shell that it follows."""
    shell = None
    for block in blocks(path):
        if block.language == "sh":
            shell = block
        elif block.language in OUTPUTS and shell is not None and not path.is_relative_to(ROOT / "ontology"):
            yield Quoted(shell, block)


def is_long(command: str) -> bool:
    return bool(LONG.search(command))


def run(command: str, server: str) -> str:
    """What a command prints; `server` stands for the address of the service. Fails unless it succeeds."""
    words = shlex.split(command, comments=True)
    if words[0] == "make":
        return "".join(run(line, server) for line in recipe(words[1:]) if line.startswith(WARRANT))
    if words[0] == WARRANT:
        return warrant(words[1:])
    if words[0] == "curl":
        return curl(words[1:], server)
    raise AssertionError(f"no way to run {command!r}")


def recipe(words: list[str]) -> list[str]:
    """The commands that make would run."""
    done = subprocess.run(["make", "-n", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def warrant(words: list[str]) -> str:
    """What the command prints, with `< file` as its standard input."""
    text = ""
    if "<" in words:
        words, text = words[: words.index("<")], (ROOT / words[words.index("<") + 1]).read_text(encoding="utf-8")
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    there = Path.cwd()
    os.chdir(ROOT)
    try:
        typed = io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8")
        with redirect_stdout(out), patch.object(sys, "stdin", typed), patch.dict(os.environ, COLUMNS="100"):
            status = main(words, COMMANDS)
    finally:
        os.chdir(there)
    assert status == 0, words
    out.seek(0)
    return out.read()


def curl(words: list[str], server: str) -> str:
    here = [word.replace(SERVER, server) for word in words]
    done = subprocess.run(["curl", "--fail-with-body", *here], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (words, done.stdout[:500], done.stderr[:500])
    return done.stdout


@contextmanager
def served() -> Iterator[str]:
    """The service, started as the documents say, but at a free port."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("warrant")), "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        until_it_answers(process, port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    """A port of this machine at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    """Until the service takes connections."""
    late = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < late:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the service did not start")
