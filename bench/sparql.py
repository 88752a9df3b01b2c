"""The SPARQL endpoint beside `oxigraph serve` on the same data and queries, in one run.

    python -m bench.sparql                 prints the table
    python -m bench.sparql --write         puts it into bench/SPARQL.md

Both servers get the N-Quads of the dataset and the same small queries, drawn at random with the same seed: about one
claim, one concept, one passage. The load generator runs in a process of its own on the same machine.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from importlib.metadata import version
from itertools import product
from pathlib import Path

from kg.ontology.compiled import Ontology
from kg.store.dataset import prepare

HERE = Path(__file__).resolve().parent
CLIENTS = (1, 8, 32)
KINDS = ("new", "repeated")
TURNS = 3
STARTS = 5
SETTLING = 10
REQUIRED = 0.3
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
PREFIXES = (
    "PREFIX : <https://w3id.org/warrant/> PREFIX claim: <https://w3id.org/warrant/claim/> "
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    "PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX oa: <http://www.w3.org/ns/oa#> "
)
OF_A_CLAIM = (
    "SELECT ?sentence ?modality {{ claim:{0} :sentence ?sentence . OPTIONAL {{ claim:{0} :modality ?modality }} }}",
    "SELECT ?section ?start ?end {{ claim:{0} dcterms:source ?p . "
    "?p :section ?section ; oa:start ?start ; oa:end ?end }}",
    "SELECT ?number ?state {{ claim:{0} :marker ?m . ?m :markerNumber ?number ; :markerState ?state }}",
)
OF_A_CONCEPT = (
    "SELECT ?name {{ :{0} rdfs:label|skos:altLabel|skos:notation ?name }}",
    "SELECT ?claim ?sentence {{ ?claim dcterms:subject :{0} ; :sentence ?sentence }}",
    "SELECT ?below ?label {{ ?below rdfs:subClassOf+ :{0} ; rdfs:label ?label }}",
)


def small_queries() -> list[str]:
    ontology = Ontology()
    claims = [PREFIXES + text.format(name) for text in OF_A_CLAIM for name in sorted(ontology.claims)]
    concepts = [PREFIXES + text.format(name) for text in OF_A_CONCEPT for name in sorted(ontology.concepts)]
    return claims + concepts


@contextlib.contextmanager
def process(command: list[str], url: str) -> Iterator[float]:
    """A server, until it answers; the seconds that took."""
    start = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not answers(url):
            if time.perf_counter() - start > 60 or server.poll() is not None:
                raise SystemExit(f"{command[0]} does not answer at {url}")
            time.sleep(0.01)
        yield time.perf_counter() - start
    finally:
        server.terminate()
        server.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}?query=ASK%7B%7D", timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def load(url: str, clients: int, seconds: float, queries: list[str], kind: str = "new") -> dict[str, float]:
    command = [sys.executable, "-m", "bench.sparql_load", url, str(clients), str(seconds), kind]
    done = subprocess.run(command, input=json.dumps(queries), capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def warrant() -> Iterator[tuple[str, float]]:
    port = free_port()
    url = f"http://127.0.0.1:{port}/sparql"
    with process([sys.executable, "-m", "api.cli", "serve", "--port", str(port)], url) as seconds:
        yield url, seconds


@contextlib.contextmanager
def oxigraph(data: Path) -> Iterator[tuple[str, float]]:
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or "oxigraph"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "load", "--location", folder, "--file", str(data)], check=True, capture_output=True)
        port = free_port()
        command = [program, "serve-read-only", "--location", folder, "--bind", f"127.0.0.1:{port}"]
        url = f"http://127.0.0.1:{port}/query"
        with process(command, url) as seconds:
            yield url, seconds


def runaway(url: str, timeout: float) -> tuple[int, float]:
    """Status and seconds of a query that would run for hours."""
    start = time.perf_counter()
    address = f"{url}?query={urllib.parse.quote(RUNAWAY)}&timeout={timeout}"
    try:
        with urllib.request.urlopen(address, timeout=60) as response:
            status = response.status
    except urllib.error.HTTPError as error:
        status = error.code
    return status, time.perf_counter() - start


def beside_a_runaway(url: str, queries: list[str]) -> list[str]:
    """Latency of eight clients alone, and while a runaway query runs."""
    alone = load(url, 8, 5, queries)
    command = [sys.executable, "-c", f"from bench.sparql import runaway; print(*runaway({url!r}, 8))"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        time.sleep(0.5)
        beside = load(url, 8, 5, queries)
        assert other.poll() is None, "the runaway query ended before the measurement"
        status, seconds = (other.communicate()[0]).split()
    ratio = beside["median_ms"] / alone["median_ms"]
    return [
        "",
        "A query that would run for hours, with `timeout=8`, beside eight clients:",
        "",
        f"- it gets status {status} after {float(seconds):.2f} s;",
        f"- their median latency is {beside['median_ms']:.2f} ms beside it and {alone['median_ms']:.2f} ms alone: "
        f"{ratio:.2f} times; {beside['failed']:.0f} of {beside['requests'] + beside['failed']:.0f} requests failed.",
    ]


def in_turns(
    ours: str, theirs: str, clients: int, seconds: float, queries: list[str], kind: str
) -> tuple[dict[str, float], dict[str, float]]:
    """The median by throughput of several runs on both sides, turn about: what disturbs one disturbs the other."""
    runs = [[load(url, clients, seconds / TURNS, queries, kind) for url in (ours, theirs)] for _ in range(TURNS)]
    for run in runs:
        assert not any(side["failed"] for side in run), run
    mine, other = (sorted(side, key=lambda run: run["per_second"])[TURNS // 2] for side in zip(*runs, strict=True))
    return mine, other


def starts() -> list[float]:
    """Seconds from start to the first answer of `/sparql`, several times."""
    found = []
    for _ in range(STARTS):
        with warrant() as (_, seconds):
            found.append(seconds)
    return sorted(found)


def measure(seconds: float, hold: float) -> list[str]:
    queries, location = small_queries(), prepare()
    rows, below, first, busy = [], [], starts(), [os.getloadavg()[0]]
    with warrant() as (ours, _), oxigraph(location.path) as (theirs, _):
        # the service still loads what draws pictures when it first answers
        time.sleep(SETTLING)
        for kind, clients in product(KINDS, CLIENTS):
            # a moment for connections and caches on both sides, then turn about
            for url in (ours, theirs):
                load(url, clients, 1, queries, kind)
            mine, other = in_turns(ours, theirs, clients, seconds, queries, kind)
            ratio = mine["per_second"] / other["per_second"]
            if ratio < REQUIRED:
                below.append(f"{kind} at {clients} ({ratio:.2f})")
            rows.append(
                f"| {kind} | {clients} | {mine['per_second']:,.0f} | {mine['median_ms']:.2f} | {mine['p95_ms']:.2f} "
                f"| {other['per_second']:,.0f} | {other['median_ms']:.2f} | {other['p95_ms']:.2f} | {ratio:.2f} |"
            )
        held = load(ours, 32, hold, queries)
        beside = beside_a_runaway(ours, queries)
    busy.append(os.getloadavg()[0])
    return [
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores shared by server, workers and load "
        f"generator; Python {platform.python_version()}, Oxigraph {version('pyoxigraph')} on both sides. "
        f"{len(queries):,} different small queries; {seconds:g} s for each cell, "
        f"in {TURNS} runs of which the median is shown. Load average before and after: {busy[0]:.1f}, {busy[1]:.1f} "
        "(the run itself makes 2 to 3).",
        "",
        "| queries | clients | warrant/s | median ms | p95 ms | oxigraph/s | median ms | p95 ms | ratio |",
        "|:--|--:|--:|--:|--:|--:|--:|--:|--:|",
        *rows,
        "",
        f"Below the required ratio of {REQUIRED}: {', '.join(below) or 'nothing'}.",
        "",
        f"32 clients for {hold:g} s: {held['requests']:,.0f} requests, {held['failed']:.0f} failed. "
        f"From start to first answer, {STARTS} starts: {', '.join(f'{value:.2f}' for value in first)} s.",
        *beside,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5, help="for each cell of the table")
    parser.add_argument("--hold", type=float, default=30, help="for the run at 32 clients")
    parser.add_argument("--write", action="store_true", help="put the results into bench/SPARQL.md")
    arguments = parser.parse_args()
    lines = measure(arguments.seconds, arguments.hold)
    print("\n".join(lines))
    if arguments.write:
        page = HERE / "SPARQL.md"
        marks = "<!-- measured -->", "<!-- end -->"
        text = re.sub(
            f"(?s){marks[0]}.*{marks[1]}", lambda _: "\n".join((marks[0], *lines, marks[1])), page.read_text()
        )
        page.write_text(text)


if __name__ == "__main__":
    main()
