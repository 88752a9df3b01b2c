"""The Model Context Protocol, asked by the client of the official SDK: over HTTP, and over standard input."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx2 as httpx
import jsonschema_rs
import mcp
import pytest

from endpoint import Endpoint
from service import PANCYTOPENIA, assessed, case_of, post

TOOLS: Final = ["assess", "explain", "why_not", "what_if", "ask", "claims", "sparql", "verify"]
QUERY: Final = "SELECT ?kind { <https://w3id.org/warrant/claim/A0-39> <https://w3id.org/warrant/kind> ?kind }"
QUESTION: Final = {"question": "When is an ESA contraindicated?"}
SENTENCE: Final = {"text": "The odds ratio for lymphoma is 3.2."}
FACT: Final = {"list": "findings", "entry": {"concept": "fever"}}


def using(target: Any, work: Callable[[mcp.Client], Awaitable[Any]]) -> Any:
    """What some work with a client of a server gives."""

    async def whole() -> Any:
        async with mcp.Client(target) as client:
            return await work(client)

    return asyncio.run(whole())


def told(endpoint: Endpoint, tool: str, **arguments: Any) -> str:
    """The text that a tool answers."""
    found = using(endpoint.root + "/mcp", lambda client: client.call_tool(tool, arguments))
    assert not found.is_error, found.content
    return str(found.content[0].text)


@pytest.fixture(scope="module")
def handle(endpoint: Endpoint) -> str:
    return str(assessed(endpoint, case_of(PANCYTOPENIA))["handle"])


def test_every_tool_is_listed_with_its_arguments(endpoint: Endpoint) -> None:
    found = using(endpoint.root + "/mcp", lambda client: client.list_tools()).tools
    assert [tool.name for tool in found] == TOOLS
    assert all("detail" in tool.input_schema["properties"] for tool in found)
    assert all(tool.description for tool in found)


def test_in_full_each_tool_says_what_the_api_says_byte_for_byte(endpoint: Endpoint, handle: str) -> None:
    case = json.loads(json.dumps(case_of(PANCYTOPENIA), default=float))
    base = f"/v1/assessments/{handle}"
    client = endpoint.client
    pairs: list[tuple[str, dict[str, Any], httpx.Response]] = [
        ("assess", {"case": case}, post(endpoint, case_of(PANCYTOPENIA))),
        ("explain", {"handle": handle, "conclusion": "A1-08"}, client.get(f"{base}/proofs/A1-08")),
        ("why_not", {"handle": handle, "claim": "A0-39"}, client.get(f"{base}/why-not/A0-39")),
        ("what_if", {"handle": handle, "fact": FACT}, client.post(f"{base}/what-if", json=FACT)),
        ("ask", QUESTION, client.post("/v1/questions", json=QUESTION)),
        ("claims", {"id": "A0-39"}, client.get("/v1/claims/A0-39")),
        ("claims", {"article": "A4", "limit": 3}, client.get("/v1/claims?article=A4&limit=3")),
        ("sparql", {"query": QUERY}, endpoint.ask(QUERY)),
        ("verify", SENTENCE, client.post("/v1/verify", json=SENTENCE)),
    ]
    assert {name for name, _, _ in pairs} == set(TOOLS)
    for name, arguments, response in pairs:
        assert told(endpoint, name, detail="full", **arguments).encode() == response.content, name


def test_in_short_it_says_what_matters_and_where_the_rest_is(endpoint: Endpoint) -> None:
    text = told(endpoint, "assess", text="62-year-old woman, pancytopenia, ANC 0.1 x10^9/L", as_of="2026-02-10")
    found = json.loads(text)
    assert len(text) < 6000
    assert found["alerts"][0].startswith("Act now")
    assert found["handle"]
    assert "detail=full" in found["more"]


def test_a_fhir_bundle_is_a_case_too(endpoint: Endpoint) -> None:
    condition = {"resourceType": "Condition", "code": {"text": "pancytopenia"}}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": condition}]}
    found = json.loads(told(endpoint, "assess", case=bundle, as_of="2026-02-10", detail="full"))
    assert [item["concept"] for item in found["understood"]] == ["pancytopenia"]


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("assess", {"case": {"findings": [{"concept": "nonesuch"}]}}, "$.findings[0].concept"),
        ("assess", {}, "Give either text or case"),
        ("explain", {"handle": "0" * 64, "conclusion": "A0-39"}, "no assessment"),
        ("sparql", {"query": "SELECT"}, "does not parse"),
    ],
)
def test_what_is_wrong_is_told_to_the_agent(
    endpoint: Endpoint, tool: str, arguments: dict[str, Any], said: str
) -> None:
    found = using(endpoint.root + "/mcp", lambda client: client.call_tool(tool, arguments))
    assert found.is_error
    assert said in found.content[0].text


def test_resources_and_prompts_are_there(endpoint: Endpoint) -> None:
    async def read(client: mcp.Client) -> tuple[str, str, list[str], str]:
        claim, article = [await client.read_resource(uri) for uri in ("claim://A0-39", "article://A0")]
        prompts = (await client.list_prompts()).prompts
        prompt = await client.get_prompt("ward_round_summary", {"note": "62F, Hb 9"})
        text = prompt.messages[0].content
        return claim.contents[0].text, article.contents[0].text, [one.name for one in prompts], text.text  # type: ignore[union-attr]

    claim, article, prompts, text = using(endpoint.root + "/mcp", read)
    assert claim.encode() == endpoint.client.get("/v1/claims/A0-39").content
    assert article.encode() == endpoint.client.get("/v1/articles/A0").content
    assert prompts == ["ward_round_summary", "literature_check"]
    assert "62F, Hb 9" in text


def test_a_stranger_finds_the_way_from_the_lists_alone(endpoint: Endpoint) -> None:
    """Examples of the schemas are accepted, resources that are listed can be read, and answers lead to resources."""

    async def explore(client: mcp.Client) -> tuple[dict[str, str], str, str]:
        tools = {tool.name: tool.input_schema["properties"] for tool in (await client.list_tools()).tools}
        read = {}
        for resource in (await client.list_resources()).resources:
            read[str(resource.uri)] = (await client.read_resource(str(resource.uri))).contents[0].text  # type: ignore[union-attr]
        (case,) = tools["assess"]["case"]["examples"]
        jsonschema_rs.validate(json.loads(read["warrant://case"]), case)
        made = json.loads((await client.call_tool("assess", {"case": case})).content[0].text)  # type: ignore[union-attr]
        (fact,) = tools["what_if"]["fact"]["examples"]
        changed = await client.call_tool("what_if", {"handle": made["handle"], "fact": fact})
        assert not changed.is_error
        answer = json.loads((await client.call_tool("ask", QUESTION)).content[0].text)  # type: ignore[union-attr]
        followed = await client.read_resource(answer["claims"][0]["resource"])
        return read, followed.contents[0].text, answer["claims"][0]["id"]  # type: ignore[union-attr]

    read, claim, name = using(endpoint.root + "/mcp", explore)
    assert set(read) == {"warrant://articles", "warrant://case"}
    assert read["warrant://articles"].encode() == endpoint.client.get("/v1/articles").content
    assert json.loads(claim)["id"] == name


def test_the_page_of_another_site_is_refused(endpoint: Endpoint) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    accept = {"accept": "application/json, text/event-stream"}
    there = endpoint.client.post("/mcp", json=body, headers={**accept, "origin": "https://evil.example"})
    assert there.status_code == 403


def test_an_agent_starts_it_itself() -> None:
    command = mcp.StdioServerParameters(command=sys.executable, args=["-m", "api.cli", "mcp"])

    async def work(client: mcp.Client) -> tuple[list[str], str]:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        found = await client.call_tool("sparql", {"query": "ASK {}"})
        return tools, found.content[0].text  # type: ignore[union-attr]

    assert using(command, work) == (TOOLS, '{"boolean": true}')
