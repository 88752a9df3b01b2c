"""What tests of pages ask: the page for a browser, its elements, its links."""

from __future__ import annotations

from html.parser import HTMLParser

import httpx2 as httpx

from endpoint import Endpoint

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
LARGEST = 150_000


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text; fails on an element that is not closed."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "source"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not (tag in ("p", "ul", "ol", "table", "div", "dl") and "p" in self.open), f"{tag} inside p"
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]

    def links(self) -> list[str]:
        """The addresses that lead to this server."""
        return [found["href"] for found in self.all("a") if found["href"].startswith(("/", "#"))]

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.found if "id" in attributes]


def visit(endpoint: Endpoint, path: str) -> httpx.Response:
    """What a browser gets that follows redirections."""
    return endpoint.client.get(path, headers={"accept": BROWSER}, follow_redirects=True)


def opened(endpoint: Endpoint, path: str) -> Elements:
    """A page, well-formed, with one heading, labelled fields and distinct ids, and not too large."""
    response = visit(endpoint, path)
    assert response.status_code == 200, (path, response.text[:300])
    assert response.headers["content-type"] == "text/html; charset=utf-8", path
    assert len(response.content) < LARGEST, (path, len(response.content))
    page = Elements(response.text)
    assert len(page.all("h1")) == 1, path
    assert len(page.ids()) == len(set(page.ids())), path
    labelled = {found["for"] for found in page.all("label")}
    assert {found["id"] for found in page.all("input") + page.all("select")} <= labelled, path
    return page
