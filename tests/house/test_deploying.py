"""docs/deploying.md, the Containerfile and compose.yaml: what they start exists, and nothing in them runs as root."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import tomllib
from typing import Final

import yaml
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli import COMMANDS
from api.config import Config
from documents import blocks
from kg.commands.dispatch import parser
from places import ROOT

GUIDE: Final = ROOT / "docs" / "deploying.md"
CONTAINERFILE: Final = (ROOT / "Containerfile").read_text(encoding="utf-8")
COMPOSE: Final = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["warrant"]


def instructions(name: str) -> list[str]:
    """The arguments of an instruction of the Containerfile, in order."""
    joined = re.sub(r"\\\n\s*", " ", CONTAINERFILE)
    return re.findall(rf"^{name}\s+(.*)$", joined, re.MULTILINE)


def serves(words: list[str]) -> bool:
    """Whether words after `warrant` are a call of `warrant serve` that its parser takes."""
    return words[0] == "serve" and bool(parser(COMMANDS, "serve").parse_args(words))


def test_the_container_serves_as_a_user_without_rights() -> None:
    assert instructions("USER") == ["10001:10001"]
    (command,) = (yaml.safe_load(text) for text in instructions("CMD"))
    assert command[0] == "warrant"
    assert serves(command[1:])
    assert f"EXPOSE {command[-1]}" in CONTAINERFILE


def test_the_container_asks_whether_the_service_is_ready() -> None:
    (check,) = instructions("HEALTHCHECK")
    (path,) = re.findall(r"127\.0\.0\.1:8000(/\w+)", check)
    with TestClient(create_app()) as client:
        assert client.get(path).status_code == 200


def test_the_container_installs_only_what_the_locks_name() -> None:
    installs = [line for text in instructions("RUN") for line in text.split("&&") if "pip install" in line]
    assert len(installs) == 3
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)
    assert [name for line in installs for name in re.findall(r"-r (\S+)", line)] == [
        "requirements/build.txt",
        "requirements/run.txt",
    ]


def test_the_lock_of_the_container_has_every_dependency_at_the_version_that_is_tested() -> None:
    run, dev = (pins(name) for name in ("run", "dev"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[\[<>=;~! ]", text)[0].lower() for text in project["dependencies"]}
    assert len(needed) > 10
    assert needed <= set(run), "made anew by `make lock`"
    assert run.items() <= dev.items()


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w-]+)==(\S+)", text, re.MULTILINE))


def test_compose_leaves_nothing_to_write_but_a_folder_in_memory() -> None:
    assert COMPOSE["read_only"] is True
    assert [one.partition(":")[0] for one in COMPOSE["tmpfs"]] == ["/tmp"]
    assert COMPOSE["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in COMPOSE["security_opt"]
    assert COMPOSE["build"]["dockerfile"] == "Containerfile"
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["ports"])


def test_every_setting_that_is_named_is_read() -> None:
    named = set(re.findall(r"\bWARRANT_[A-Z_]+", GUIDE.read_text(encoding="utf-8") + CONTAINERFILE + str(COMPOSE)))
    sources = "".join(path.read_text(encoding="utf-8") for top in ("kg", "api") for path in (ROOT / top).rglob("*.py"))
    assert len(named) >= 5
    assert [name for name in sorted(named) if f'"{name}"' not in sources] == []


def test_empty_keys_of_compose_are_no_keys() -> None:
    config = Config.from_environment({"WARRANT_API_KEY": "", "WARRANT_KEY": "", "WARRANT_RATE": ""})
    assert (config.api_keys, config.key, config.rate) == ({}, None, 0)


def test_the_systemd_unit_starts_the_service_without_rights() -> None:
    (text,) = (block.text for block in blocks(GUIDE) if block.language == "ini")
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(text)
    program, *words = shlex.split(unit["Service"]["ExecStart"])
    assert os.path.basename(program) == "warrant"
    assert serves(words)
    assert unit["Service"]["DynamicUser"] == "yes"
    assert unit["Service"]["ProtectSystem"] == "strict"
