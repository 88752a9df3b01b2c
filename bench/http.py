"""How fast the service answers over HTTP: `python -m bench.http [--seconds S] [--rounds N]`.

Starts `warrant serve` with one worker. One client then sends the example patients in turn, so many rounds (20 if not
given) after a warm-up, for each form of the answer: as it is by default, without branches, with every proof in full,
with and without gzip; and the three hooks of CDS Hooks, with the patients as prefetch. Then 8 and 32 clients send
mixed requests, each for so many seconds (30 if not given). Prints percentiles in milliseconds, with `--write` into
bench/HTTP.md as well; exits with 1 where a request failed.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

from api.routes.cds_hooks import HOOKS
from kg.export.fhir_case import bundle_of, bundle_text
from kg.ontology.compiled import DEFAULT_FOLDER, Ontology
from kg.readers.case.parsing import parse_yaml
from kg.readers.case.reader import CaseReader
from kg.record.examples import paths
from kg.vocabulary.names import Names

CLIENTS: Final = (8, 32)
SETTLING: Final = 10
FAILED: Final = re.compile(r"\b[1-9]\d* failed")
HEAD: Final = """# How fast the service answers over HTTP

`python -m bench.http --write` measures it: `warrant serve` with one worker. One client sends the 15 example patients
in turn as structured cases, each time with another age and day, so that nothing is found among what was made before;
the 95th percentile is that of the example with most branches. By default an assessment has its branches and its
proofs by id; "every proof in full" has all their steps as well. CDS Hooks are called with the same patients as FHIR
in the prefetch; the budget is 300 ms for their 95th percentile. Then clients send mixed requests: assessments,
proofs, why-not, what-if, questions, claims, concepts as Turtle, the start page, SPARQL. The budget is 25 ms for the
95th percentile of an assessment with proofs at one client. Server, clients and load share the processors.

"""
FORMS: Final = {
    "default": "",
    "without branches": "?branches=false",
    "every proof in full": "?proofs=full",
    "every proof in full, without branches": "?proofs=full&branches=false",
}


def main() -> int:
    """Prints the lines as they come."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--write", action="store_true", help="put the results into bench/HTTP.md")
    options = parser.parse_args()
    lines = []
    for line in _measured(options.seconds, options.rounds):
        print(line, flush=True)
        lines.append(line)
    if options.write:
        rows = "".join(f"- {line}\n" for line in lines)
        Path(__file__).with_name("HTTP.md").write_text(HEAD + rows, encoding="utf-8")
    return 1 if any(FAILED.search(line) for line in lines) else 0


def _measured(seconds: float, rounds: int) -> Iterator[str]:
    cases = [_case(path.read_text(encoding="utf-8")) for path in paths(DEFAULT_FOLDER)]
    today, load = datetime.date.today(), os.getloadavg()[0]
    yield f"{today}, Python {platform.python_version()}, {os.cpu_count()} processors, load {load:.1f} before"
    with _served() as (port, ready):
        yield f"ready after {ready:.2f} s"
        # the service still loads what draws pictures when it first answers
        time.sleep(SETTLING)
        for gzip in ("identity", "gzip"):
            for name, query in FORMS.items():
                yield _one_client(port, f"{name}, {gzip}", query, cases, rounds, gzip)
        yield _hooks(port, rounds)
        for clients in CLIENTS:
            yield _load(port, cases, clients, seconds)


def _case(text: str) -> bytes:
    return json.dumps(parse_yaml(text), default=float).encode()


@contextmanager
def _served() -> Iterator[tuple[int, float]]:
    """The port of a service of its own, which is ended, and the seconds until it was ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "api.cli", "serve", "--port", str(port)])
    try:
        while _status(port) != 200:
            time.sleep(0.01)
        yield port, time.perf_counter() - start
    finally:
        process.terminate()
        process.wait()


def _status(port: int) -> int:
    try:
        return _ask(HTTPConnection("127.0.0.1", port), "GET", "/readyz")[0]
    except OSError:
        return 0


def _ask(client: HTTPConnection, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if body:
        named["Content-Type"] = "application/json"
    client.request(method, path, body or None, named)
    response = client.getresponse()
    return response.status, response.read()


def _one_client(port: int, name: str, query: str, cases: list[bytes], rounds: int, gzip: str) -> str:
    client = HTTPConnection("127.0.0.1", port)
    times: list[float] = []
    sizes: list[int] = []
    for turn in range(rounds + 2):
        for number, case in enumerate(cases):
            # another age is another patient: nothing is found among what was made before
            body = _of_age(case, 20 + (turn * len(cases) + number) % 70, turn)
            start = time.perf_counter()
            status, content = _ask(client, "POST", "/v1/assessments" + query, body, Accept_Encoding=gzip)
            if turn >= 2:
                times.append(1000 * (time.perf_counter() - start))
                sizes.append(len(content))
            assert status == 200, content
    return f"1 client, {name}: {_percentiles(times)}; {statistics.mean(sizes) / 1024:.0f} KB"


def _hooks(port: int, rounds: int) -> str:
    """Calls of the three hooks with each example patient as prefetch, each time with another age."""
    client = HTTPConnection("127.0.0.1", port)
    ontology = Ontology(DEFAULT_FOLDER)
    reader = CaseReader(Names(ontology), datetime.date.today())
    cases = [reader.read(parse_yaml(path.read_text(encoding="utf-8"))) for path in paths(DEFAULT_FOLDER)]
    times: list[float] = []
    for turn in range(rounds + 2):
        for number, facts in enumerate(cases):
            other = replace(facts, age=20 + (turn * len(cases) + number) % 70)
            record = bundle_text(bundle_of(ontology, other))
            for name, hook in HOOKS.items():
                context = '{"userId": "Practitioner/1", "patientId": "patient"}'
                body = f'{{"hook": "{hook.hook}", "context": {context}, "prefetch": {{"record": {record}}}}}'
                start = time.perf_counter()
                status, content = _ask(client, "POST", f"/cds-services/{name}", body.encode())
                if turn >= 2:
                    times.append(1000 * (time.perf_counter() - start))
                assert status == 200, content
    return f"1 client, CDS Hooks: {_percentiles(times)}"


def _of_age(case: bytes, age: int, turn: int) -> bytes:
    data = json.loads(case)
    data["age"] = age
    data["as_of"] = f"2026-{turn % 12 + 3:02}-28" if turn < 10 else f"2027-{turn % 12 + 1:02}-28"
    return json.dumps(data).encode()


def _percentiles(times: list[float]) -> str:
    cuts = statistics.quantiles(times, n=100)
    return f"{len(times)} requests, median {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms"


def _load(port: int, cases: list[bytes], clients: int, seconds: float) -> str:
    """Mixed requests by so many clients at once."""
    until = time.perf_counter() + seconds
    times: list[float] = []
    statuses: Counter[int] = Counter()

    def work(start: int) -> None:
        client = HTTPConnection("127.0.0.1", port, timeout=60)
        for number in itertools.count(start):
            if time.perf_counter() > until:
                return
            begun = time.perf_counter()
            status = MIX[number % len(MIX)](client, cases[number % len(cases)])
            times.append(1000 * (time.perf_counter() - begun))
            statuses[status] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failed = sum(count for status, count in statuses.items() if status != 200)
    rate = len(times) / seconds
    return f"{clients} clients, mixed, {seconds:g} s: {rate:.0f} a second, {failed} failed; {_percentiles(times)}"


def _explained(client: HTTPConnection, case: bytes) -> int:
    """An assessment, one of its proofs, what is missing for a claim, and what if: the worst status."""
    status, content = _ask(client, "POST", "/v1/assessments?branches=false", case)
    if status != 200:
        return status
    found: dict[str, Any] = json.loads(content)
    place = f"/v1/assessments/{found['handle']}"
    asked = [_ask(client, "GET", f"{place}/why-not/{one['id']}")[0] for one in found["claims"]["undetermined"][:1]]
    asked += [_ask(client, "GET", f"{place}/proofs/{one['id']}")[0] for one in found["claims"]["applicable"][:1]]
    fact = b'{"list": "findings", "entry": {"concept": "pancytopenia"}}'
    return max([*asked, _ask(client, "POST", f"{place}/what-if", fact)[0]])


QUESTION: Final = b'{"question": "When is an ESA contraindicated?"}'
MIX: Final[tuple[Callable[[HTTPConnection, bytes], int], ...]] = (
    lambda client, case: _ask(client, "POST", "/v1/assessments", case)[0],
    lambda client, case: _ask(client, "GET", "/v1/claims?article=A0&limit=20")[0],
    _explained,
    lambda client, case: _ask(client, "GET", "/v1/concepts/mds", Accept="text/turtle")[0],
    lambda client, case: _ask(client, "POST", "/v1/questions", QUESTION)[0],
    lambda client, case: _ask(client, "GET", "/", Accept="text/html")[0],
    lambda client, case: _ask(client, "GET", "/v1/claims/A0-39")[0],
    lambda client, case: _ask(client, "GET", "/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D%20LIMIT%205")[0],
)

if __name__ == "__main__":
    raise SystemExit(main())
