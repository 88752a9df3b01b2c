"""The source sentence of a claim: shown where the texts are at hand, to callers of this machine or with a key."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from api.config import Config
from api.transport.security import CALLER
from api.transport.texts import ArticleTexts
from endpoint import Endpoint, serving
from kg.check.passages import sha256
from kg.ontology.compiled import Ontology
from pages import BROWSER, Elements, opened, visit
from places import SHARED
from service import EXAMPLES

TEXTS = SHARED / "articles"
with_texts = pytest.mark.skipif(not TEXTS.is_dir(), reason=f"the articles' texts are not at hand ({TEXTS})")
HEADERS = {"accept": BROWSER}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Endpoint, Path]]:
    """A service with a copy of the texts, and the folder of the copy."""
    folder = tmp_path_factory.mktemp("articles")
    shutil.copytree(TEXTS, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
    folder.chmod(0o755)
    with serving(Config(articles=folder)) as found:
        yield found, folder


@with_texts
def test_every_claim_shows_the_words_of_its_passage_marked(library: tuple[Endpoint, Path], ontology: Ontology) -> None:
    endpoint, _ = library
    for claim in ontology.claims.values():
        text = endpoint.client.get(f"/passages/{claim.id}", headers=HEADERS).text
        (words,) = re.findall(r'<mark id="quote">(.*?)</mark>', text, re.DOTALL)
        assert sha256(unescape(words).encode()) == claim.passage.digest, claim.id


@with_texts
def test_every_claim_behind_a_proof_leads_to_its_sentence(library: tuple[Endpoint, Path]) -> None:
    endpoint, _ = library
    seen = 0
    for path in EXAMPLES[:4]:
        sent = endpoint.client.post("/", data={"text": path.read_text(encoding="utf-8")}, headers=HEADERS)
        place = sent.headers["location"]
        links = {link for link in Elements(visit(endpoint, place).text).links() if "/proofs/" in link}
        for link in sorted(links)[::6]:
            proof = opened(endpoint, link)
            claims = {one.rpartition("/")[2] for one in proof.links() if one.startswith("/v1/claims/")}
            sentences = {one.rpartition("/")[2] for one in proof.links() if one.startswith("/passages/")}
            assert sentences
            assert sentences <= claims
            seen += len(sentences)
    assert seen > 10


@with_texts
def test_no_other_form_and_no_other_site_gets_the_words(library: tuple[Endpoint, Path], ontology: Ontology) -> None:
    endpoint, folder = library
    claim = ontology.claims["A0-39"]
    text = (folder / ontology.articles["A0"].file).read_bytes().decode()
    words = text[claim.passage.start : claim.passage.end]
    page = endpoint.client.get("/passages/A0-39", headers={**HEADERS, "origin": "https://elsewhere.example"})
    assert words in unescape(page.text)
    assert page.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in page.headers
    for form in ("application/json", "text/turtle", "application/ld+json", "text/html"):
        assert words not in unescape(endpoint.client.get("/v1/claims/A0-39", headers={"accept": form}).text)


@with_texts
def test_a_changed_text_is_refused(library: tuple[Endpoint, Path], ontology: Ontology) -> None:
    endpoint, folder = library
    path = folder / ontology.articles["A4"].file
    path.write_bytes(path.read_bytes() + b" ")
    page = opened(endpoint, "/passages/A4-08")
    assert "Refused" in page.text
    assert page.all("mark") == []
    assert len(opened(endpoint, "/passages/A0-39").all("mark")) == 1


def test_without_the_texts_the_page_says_how_to_get_there(endpoint: Endpoint) -> None:
    page = opened(endpoint, "/passages/A0-39")
    assert "warrant serve --articles FOLDER" in page.text
    assert page.all("mark") == []
    assert endpoint.client.get("/passages/A0-99", headers=HEADERS).status_code == 404


@pytest.mark.parametrize(
    ("client", "headers", "caller", "status"),
    [
        ("127.0.0.1", {"host": "127.0.0.1:8000"}, "", 200),
        ("::1", {"host": "[::1]:8000"}, "", 200),
        ("10.0.0.7", {"host": "127.0.0.1"}, "", 403),
        ("10.0.0.7", {"host": "warrant.example"}, "key ward", 200),
        ("127.0.0.1", {"host": "warrant.example"}, "", 403),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-for": "10.0.0.7"}, "", 403),
    ],
)
def test_the_words_are_for_this_machine_and_for_callers_with_a_key(
    client: str, headers: dict[str, str], caller: str, status: int
) -> None:
    said: list[int] = []

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Message) -> None:
        said.append(message.get("status", 0))

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {
        "type": "http",
        "path": "/passages/A0-39",
        "client": (client, 50_000),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "state": {CALLER: caller} if caller else {},
    }
    asyncio.run(ArticleTexts(inside)(scope, receive, send))
    assert said[0] == status
