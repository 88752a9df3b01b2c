"""The MCP server: tools, resources, prompts. What is said is what the HTTP API says; nothing is sent anywhere."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote, urlencode

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from api.isolation.messages import WorkerReply
from api.mcp.short import SHORT
from kg import __version__
from kg.errors import WarrantError
from kg.render import dumps
from kg.render.schema import schema

JSON: Final = {"accept": "application/json", "content-type": "application/json"}
INSTRUCTIONS: Final = """What the clinical articles of this service say, with proofs. Call `assess` with a
patient's facts and keep the `handle`: `explain`, `why_not` and `what_if` take it. `ask` answers questions
about the articles, `verify` checks your own sentences against their claims. Say what was not understood. For
health professionals; it is no medical device and not for emergencies."""
Ask = Callable[[str, str, dict[str, str], bytes, bytes], Awaitable[WorkerReply]]
"""Method, path, headers, body, query of the address → the response of the service."""
Detail = Annotated[
    Literal["short", "full"], Field(description="`short`: what matters most, with handles to more; `full`: all of it")
]
Handle = Annotated[str, Field(description="the `handle` of an assessment, kept for half an hour")]
Case = Annotated[
    dict[str, Any] | None,
    Field(
        description="a case by the JSON Schema `warrant://case`, or a FHIR R4 resource",
        examples=[
            {
                "sex": "female",
                "age": 62,
                "measurements": [{"test": "LOINC:2132-9", "value": 1400, "unit": "ng/L", "date": "2026-02-01"}],
                "findings": [{"concept": "HP:0001876"}],
                "treatments": [{"concept": "RXNORM:283838", "status": "present"}],
            }
        ],
    ),
]
Facts = Annotated[
    dict[str, Any] | list[dict[str, Any]],
    Field(
        description="one fact or several: the list of a case and an entry of it",
        examples=[{"list": "results", "entry": {"concept": "mma", "status": "absent"}}],
    ),
]


class AgentService:
    """The routes of the service as an agent uses them."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask

    async def get(self, path: str, **query: str | int | None) -> str:
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return self._text(await self.ask("GET", path, JSON, b"", urlencode(given).encode()))

    async def post(self, path: str, data: Any, content_type: str = "application/json") -> str:
        body = data.encode() if isinstance(data, str) else json.dumps(data, ensure_ascii=False).encode()
        return self._text(await self.ask("POST", path, JSON | {"content-type": content_type}, body, b""))

    def _text(self, reply: WorkerReply) -> str:
        """The body of a response. Raises ToolError with what was wrong."""
        text = reply.body.decode()
        if reply.status >= 400:
            found = json.loads(text)
            lines = [f"{item['path']}: {item['message']}" for item in found["errors"]]
            raise ToolError("\n".join(lines) or found["detail"])
        return text


def told(kind: str, text: str, detail: str) -> str:
    """An answer of the service as it is, or its short form."""
    return text if detail == "full" else json.dumps(SHORT[kind](json.loads(text)), ensure_ascii=False)


def server(ask: Ask) -> MCPServer:
    """An MCP server over a service. Answers are text: JSON as the HTTP API gives it, or a short form of it."""
    service = AgentService(_checked(ask))
    found = MCPServer("warrant", title="Warrant", version=__version__, instructions=INSTRUCTIONS, log_level="ERROR")
    _patient_tools(found, service)
    _knowledge_tools(found, service)
    _resources(found, service)
    _prompts(found)
    return found


def _checked(ask: Ask) -> Ask:
    async def asked(method: str, path: str, headers: dict[str, str], body: bytes, query: bytes) -> WorkerReply:
        try:
            return await ask(method, path, headers, body, query)
        except WarrantError as error:
            raise ToolError(str(error)) from error

    return asked


def _patient_tools(found: MCPServer, service: AgentService) -> None:
    @found.tool(structured_output=False)
    async def assess(text: str = "", case: Case = None, as_of: str = "", detail: Detail = "short") -> str:
        """What the articles say of one patient: alerts, differential, next steps, with a handle for more.

        Give `text` (a note in words) or `case`, and `as_of` (YYYY-MM-DD) if the record is not of today.
        """
        if bool(text) == bool(case):
            raise ToolError("Give either text or case.")
        if case is not None and "resourceType" in case:
            query = f"?as_of={quote(as_of)}" if as_of else ""
            answer = await service.post(f"/v1/assessments{query}", case, content_type="application/fhir+json")
        else:
            data = ({"text": text} if case is None else dict(case)) | ({"as_of": as_of} if as_of else {})
            answer = await service.post("/v1/assessments", data)
        return told("assess", answer, detail)

    @found.tool(structured_output=False)
    async def explain(handle: Handle, conclusion: str, detail: Detail = "short") -> str:
        """The proof of a conclusion of an assessment: a claim (`A0-39`) or an entry (`next_step:...`) by its id."""
        text = await service.get(f"/v1/assessments/{quote(handle)}/proofs/{quote(conclusion, safe=':')}")
        return told("explain", text, detail)

    @found.tool(structured_output=False)
    async def why_not(handle: Handle, claim: str, detail: Detail = "short") -> str:
        """What is missing for a claim that does not apply, and what contradicts it."""
        return told("why_not", await service.get(f"/v1/assessments/{quote(handle)}/why-not/{quote(claim)}"), detail)

    @found.tool(structured_output=False)
    async def what_if(handle: Handle, fact: Facts, detail: Detail = "short") -> str:
        """What another fact would change."""
        return told("what_if", await service.post(f"/v1/assessments/{quote(handle)}/what-if", fact), detail)


def _knowledge_tools(found: MCPServer, service: AgentService) -> None:
    @found.tool(structured_output=False)
    async def ask(question: str, handle: str = "", detail: Detail = "short") -> str:
        """The answer to a question about the articles, or about a patient whose `handle` is given, with the claims."""
        path = f"/v1/assessments/{quote(handle)}/questions" if handle else "/v1/questions"
        return told("patient" if handle else "ask", await service.post(path, {"question": question}), detail)

    @found.tool(structured_output=False)
    async def claims(
        id: str = "", article: str = "", kind: str = "", concept: str = "", limit: int = 20, detail: Detail = "short"
    ) -> str:
        """One claim by its id, or those of an article, of a kind, about a concept; passages by place, not by text."""
        if id:
            return told("claim", await service.get(f"/v1/claims/{quote(id)}"), detail)
        text = await service.get("/v1/claims", article=article, kind=kind, concept=concept, limit=limit)
        return told("claims", text, detail)

    @found.tool(structured_output=False)
    async def sparql(query: str, detail: Detail = "short") -> str:
        """A SPARQL 1.1 query over the knowledge graph; results in JSON, the first 20 rows where they are short."""
        text = await service.post("/sparql", query, content_type="application/sparql-query")
        return told("sparql", text, detail)

    @found.tool(structured_output=False)
    async def verify(text: str = "", certificate: dict[str, Any] | None = None, detail: Detail = "short") -> str:
        """Whether the claims say what sentences say (entailed, contradicted, not stated), or whether a certificate is
        to be believed."""
        if bool(text) == bool(certificate):
            raise ToolError("Give either text or certificate.")
        answer = await service.post("/v1/verify", {"text": text} if text else certificate)
        return told("verify", answer, detail)


def _resources(found: MCPServer, service: AgentService) -> None:
    @found.resource("claim://{id}", mime_type="application/json")
    async def claim(id: str) -> str:
        """A claim: its sentence in our words, its place in the article, markers, doubts."""
        return await service.get(f"/v1/claims/{quote(id)}")

    @found.resource("article://{id}", mime_type="application/json")
    async def article(id: str) -> str:
        """An article: what it is, its review state, its claims; never its text."""
        return await service.get(f"/v1/articles/{quote(id)}")

    @found.resource("warrant://articles", mime_type="application/json")
    async def articles() -> str:
        """The articles, each to be read as `article://` and its id."""
        return await service.get("/v1/articles")

    @found.resource("warrant://case", mime_type="application/schema+json")
    async def case() -> str:
        """The JSON Schema of a case, as `assess` takes it."""
        return dumps(schema("case"))


def _prompts(found: MCPServer) -> None:
    @found.prompt()
    def ward_round_summary(note: str) -> str:
        """A summary for the ward round of a patient's note."""
        return (
            "Call `assess` with the note below. Report in this order: alerts in full; what to do and what not to do, "
            "each with its claim ids; what to think of; what was not understood. Add nothing of your own, and check "
            f"your sentences with `verify` before you answer.\n\n{note}"
        )

    @found.prompt()
    def literature_check(statement: str) -> str:
        """What the articles say to a statement."""
        return (
            "Call `verify` with the statement below, sentence by sentence. For each, report the verdict, the claims by "
            f"id with their sentences, and in what the statement differs from them.\n\n{statement}"
        )
