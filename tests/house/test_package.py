"""What is installed from a wheel does the same as the checkout, from any folder; wheel and sdist build reproducibly.

The environment is empty but for the wheel. There is no index to install from here, so a .pth file lends it the
dependencies of the environment that runs the tests; a .pth file in there, such as that of the checkout, plays no part.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from documents import free_port, until_it_answers
from kg import CONTRACT_VERSION, __version__
from places import ROOT

CASE = '{"as_of": "2026-02-10", "sex": "female", "age": 62, "diagnoses": [{"concept": "breast cancer"}]}'
DAY = "1767225600"


def built(source: Path, target: Path, *kinds: str) -> list[Path]:
    """The distributions of a source folder, wheel before sdist."""
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(target)]
    flags = [word for kind in kinds for word in ("--target", kind)]
    subprocess.run(
        [*command, *flags], cwd=source, env={**os.environ, "SOURCE_DATE_EPOCH": DAY}, check=True, capture_output=True
    )
    return sorted(target.iterdir(), key=lambda path: path.suffix != ".whl")


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel and the sdist of the checkout."""
    wheel, sdist = built(ROOT, tmp_path_factory.mktemp("dist"), "sdist", "wheel")
    return wheel, sdist


@pytest.fixture(scope="module")
def installed(distributions: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an environment in which nothing but the wheel is installed."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*command, str(distributions[0])], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python.parent


def environment(cache: str) -> dict[str, str]:
    """That of a user to whom nothing of Warrant is told, whose caches go where they can."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("WARRANT", "PYTHON"))}
    return {**kept, "XDG_CACHE_HOME": cache, "COLUMNS": "100"}


def run(
    installed: Path, words: Sequence[str], cache: str = "/proc/none", **more: str
) -> subprocess.CompletedProcess[str]:
    """One command from the root of the file system, where no cache folder can be made unless one is given."""
    return subprocess.run(
        [str(installed / "warrant"), *words],
        cwd="/",
        env={**environment(cache), **more},
        input=CASE,
        capture_output=True,
        text=True,
        check=False,
    )


# -- building


def test_a_second_build_gives_the_same_bytes(distributions: tuple[Path, Path], tmp_path: Path) -> None:
    again = built(ROOT, tmp_path, "sdist", "wheel")
    assert [digest(path) for path in again] == [digest(path) for path in distributions]


def test_the_sdist_builds_the_same_wheel(distributions: tuple[Path, Path], tmp_path: Path) -> None:
    wheel, sdist = distributions
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    (again,) = built(source, tmp_path / "dist", "wheel")
    assert digest(again) == digest(wheel)


def test_the_wheel_holds_the_data_and_nothing_of_the_tests(distributions: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(distributions[0]) as archive:
        names = archive.namelist()
    data = [path for folder in ("ontology", "queries") for path in tracked(folder)]
    assert len(data) > 150
    assert {f"kg/resources/{path}" for path in data} <= set(names)
    assert {*tracked("api/templates"), *tracked("api/static")} <= set(names)
    assert {name.partition("/")[0] for name in names} == {"api", "kg", f"warrant-{__version__}.dist-info"}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tracked(folder: str) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()]


# -- running


def test_the_environment_knows_nothing_of_the_checkout(installed: Path) -> None:
    code = "import kg, api; print(kg.__file__, api.__file__)"
    command = [str(installed / "python"), "-c", code]
    done = subprocess.run(command, cwd="/", env=environment("/proc/none"), capture_output=True, text=True, check=True)
    assert all(Path(name).is_relative_to(installed.parent) for name in done.stdout.split())


COMMANDS = {
    "version": (["--version"], f"contract {CONTRACT_VERSION}"),
    "ask a case": (["ask", "62-year-old woman, Hb 9.1 g/dL, B12 1400 ng/L. What next?", "--format", "text"], "[A"),
    "ask a question": (["ask", "What dose of epoetin is given in low-risk MDS?", "--format", "text"], "450"),
    "assess": (["assess", "-", "--format", "json"], '"ontology_version"'),
    "explain": (["explain", "-", "--why-not", "A0-31", "--format", "text"], "A0-31"),
    "claims": (["claims", "A0-39", "--format", "text"], "A0-39"),
    "sparql": (["sparql", "SELECT (COUNT(*) AS ?all) { ?claim a ?kind }", "--format", "csv"], "all"),
    "sparql by name": (["sparql", "questions/plan-of-an-article", "-b", "article=A1", "--format", "csv"], "A1-08"),
    "check": (["check"], " 0 ERROR"),
    "schema": (["schema", "case"], "json-schema.org"),
}
LONG = dict.fromkeys(("check", "sparql", "sparql by name"), pytest.mark.long)  # without a cache they make the dataset


@pytest.mark.parametrize("name", [pytest.param(name, marks=LONG.get(name, ())) for name in COMMANDS])
def test_a_command_works_from_the_root_without_a_cache_folder(installed: Path, name: str) -> None:
    words, expected = COMMANDS[name]
    done = run(installed, words)
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout


@pytest.mark.parametrize("name", ["ask a case", pytest.param("sparql", marks=pytest.mark.long)])
def test_a_command_works_where_nothing_can_be_kept(installed: Path, name: str) -> None:
    words, expected = COMMANDS[name]
    done = run(installed, words, WARRANT_CACHE="/dev/null/nowhere")
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout


def test_the_service_serves_pages_and_data(installed: Path) -> None:
    # Given the installed service, started from the root of the file system
    port = free_port()
    command = [str(installed / "warrant"), "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd="/", env=environment("/proc/none"), stderr=subprocess.DEVNULL)
    try:
        until_it_answers(process, port)

        # When a page, a static file and an assessment are asked for, then they come
        page = fetched(f"http://127.0.0.1:{port}/", "text/html")
        style = fetched(f"http://127.0.0.1:{port}/static/warrant.css", "text/css")
        found = json.loads(fetched(f"http://127.0.0.1:{port}/v1/assessments", "application/json", CASE))
        assert "<html" in page
        assert style
        assert found["claims"]["undetermined"]
    finally:
        process.terminate()
        process.wait(20)


def fetched(address: str, form: str, body: str = "") -> str:
    sent = ["--header", "Content-Type: application/json", "--data", body] if body else []
    command = ["curl", "--silent", "--show-error", "--fail", "--header", f"Accept: {form}", *sent, address]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("words", [["claims", "A1-01"], ["--version"]])
def test_another_ontology_is_read_where_one_is_named(installed: Path, tmp_path: Path, words: list[str]) -> None:
    # Given a copy of the ontology in which the root has another version
    copy = shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    root = copy / "warrant-reasoning.ttl"
    named = f"ontology/{__version__}/warrant-reasoning>"
    root.write_text(root.read_text(encoding="utf-8").replace(named, "ontology/9.9.9/warrant-reasoning>"), "utf-8")
    module = next(path for path in sorted((copy / "modules").iterdir()) if "claim/A1-01" in path.read_text("utf-8"))
    module.write_text(module.read_text("utf-8").replace("Index case:", "Changed:"), "utf-8")

    # When WARRANT_ONTOLOGY names it, then a command reads it
    done = run(installed, words, WARRANT_ONTOLOGY=str(copy))
    assert done.returncode == 0, done.stderr
    assert "Changed:" in done.stdout or "9.9.9" in done.stdout
