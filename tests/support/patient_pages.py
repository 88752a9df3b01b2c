"""Pages about a patient as a browser asks for them, each checked as it comes."""

from __future__ import annotations

import httpx2 as httpx

from endpoint import Endpoint
from pages import BROWSER, LARGEST, Elements

FORM = "application/x-www-form-urlencoded"
PATIENT = (
    "62-year-old woman, history of breast cancer. Hb 9.8 g/dL, B12 1250 ng/L, leukopenia. "
    "No chemotherapy. Father had lymphoma."
)
HEADERS = {"accept": BROWSER}


def sent(endpoint: Endpoint, text: str, path: str = "/", **fields: str) -> httpx.Response:
    return endpoint.client.post(path, data={"text": text, **fields} if text else fields, headers=HEADERS)


def answer_of(endpoint: Endpoint, text: str) -> str:
    """The address of the answer to a text."""
    response = sent(endpoint, text)
    assert response.status_code == 303, response.text
    return response.headers["location"]


def shown(endpoint: Endpoint, path: str) -> Elements:
    response = endpoint.client.get(path, headers=HEADERS)
    assert response.status_code == 200, response.text
    return checked(response)


def checked(response: httpx.Response) -> Elements:
    """A page: well-formed, one heading, every field with a label or a name of its own, ids distinct, not too large."""
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert len(response.content) < LARGEST
    page = Elements(response.text)
    assert len(page.all("h1")) == 1
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.ids()) == len(set(page.ids()))
    labelled = {item["for"] for item in page.all("label")}
    fields = [item for item in page.all("input") if item.get("type") != "hidden"]
    assert {item["id"] for item in fields + page.all("select") + page.all("textarea")} <= labelled
    assert not [item for _, item in page.found if "style" in item or any(name.startswith("on") for name in item)]
    targets = {item["href"][1:] for item in page.all("a") if item["href"].startswith("#")}
    assert targets <= set(page.ids())
    return page


def changed(endpoint: Endpoint, place: str, **fields: str) -> httpx.Response:
    return endpoint.client.post(f"{place}/change", data=fields, headers=HEADERS)
