"""The reply to a text: an assessment, an answer to a question, or both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kg.ask import Reply
from kg.assess import FICTIONAL
from kg.render.data import Data, as_json
from kg.render.markdown import as_markdown, escape
from kg.render.parts import AnswerLine, Section
from kg.render.text import as_screen, as_text, section_lines
from kg.render.wording import source_line

if TYPE_CHECKING:
    from kg.questions import Answer, AnsweringClaim

IRI: Final = re.compile(r"<[^>]*/([^/>]*)>")
BESIDE: Final = "To be read beside it"


def reply_json(reply: Reply, proofs: bool = False) -> Data:
    """The assessment, with the answer under `answer` where the text also asks; else the answer alone."""
    answer = reply.answer.to_json(reply.codes) if reply.answer else None
    if reply.assessment is None:
        return answer or {}
    data = as_json(reply.assessment, proofs)
    if reply.then:
        data["then"] = [item.to_json() for item in reply.then]
    return data if answer is None else {**data, "answer": answer}


def reply_text(reply: Reply, width: int = 100, colour: bool = False, command: str = "", full: bool = True) -> str:
    """The reply as text of a given width; `command`, before an id, shows a proof; without `full` it fits a screen."""
    lines: list[str] = []
    if reply.assessment is not None:
        lines += [(as_text if full else as_screen)(reply.assessment, width, colour, command)]
    for section in _sections(reply) if full or reply.assessment is None else _answered(reply):
        lines += [*section_lines(section, width, colour), ""]
    return "\n".join(lines).rstrip() + "\n"


def reply_markdown(reply: Reply, command: str = "") -> str:
    """The reply as Markdown."""
    parts = [] if reply.assessment is None else [as_markdown(reply.assessment, command)]
    for section in _sections(reply):
        parts += [f"## {escape(section.heading)}", ""]
        for row in section.rows:
            parts.append(f"- {escape(row.text)}")
            parts += [f"  - {escape(detail)}" for detail in row.details]
        parts.append("")
    if reply.answer and reply.answer.sparql:
        parts += ["```sparql", reply.answer.sparql.strip(), "```"]
    return "\n".join(parts).rstrip() + "\n"


def _sections(reply: Reply) -> Iterator[Section]:
    """What of the text was not used, with the reasons; then the answer to what it asks."""
    skipped = [
        AnswerLine(f"“{item.text}” ({item.start}-{item.end}): {item.reason}") for item in reply.reading.not_understood
    ]
    if skipped:
        yield Section("Not used of the text", tuple(skipped), pressing=True)
    yield from _answered(reply)


def _answered(reply: Reply) -> Iterator[Section]:
    for item in reply.then:
        verdict = (AnswerLine(f"{item.verdict.value}"),) if item.verdict else ()
        said = tuple(AnswerLine(f"{s.text} [{', '.join(s.claims)}]" if s.claims else s.text) for s in item.sentences)
        yield Section(item.question, (*verdict, *said))
    if reply.answer:
        yield from _answer(reply.answer)


def _answer(answer: Answer) -> Iterator[Section]:
    """The claims that answer, those that qualify them, the query that found them; or the nearest, plainly apart."""
    if answer.notice.startswith(FICTIONAL):
        first, _, rest = FICTIONAL.partition(": ")
        yield Section(first, (AnswerLine(rest),), pressing=True)
    if not answer.covered:
        yield Section("The articles do not say this", (AnswerLine(answer.notice),), pressing=True)
        if answer.related:
            yield Section("The nearest that they do say", tuple(map(_claim, answer.related)))
        return
    answering = [item for item in answer.claims if item.role == "answers"]
    beside = [item for item in answer.claims if item.role != "answers"]
    values = tuple(f"{value.text} [{', '.join(value.claims)}]" for value in answer.values)
    said = tuple(AnswerLine(f"{item.text} [{', '.join(item.claims)}]") for item in answer.sentences)
    yield Section(f"Answer ({answer.intent.replace('_', ' ')})", said)
    if values:
        yield Section("Figures and items", tuple(map(AnswerLine, values)))
    yield Section("Claims", tuple(map(_claim, answering)))
    if beside:
        yield Section(BESIDE, tuple(map(_claim, beside)), pressing=True)
    yield Section("Notice", (AnswerLine(answer.notice),))
    if answer.sparql:
        yield Section("Query", tuple(_query(answer.sparql)))


def _query(sparql: str) -> Iterator[AnswerLine]:
    """The title of the query that found the answer, and what its parameters were bound to."""
    title = re.search(r"^# title: (.*)$", sparql, re.MULTILINE)
    bound = re.findall(r"VALUES \?(\w+) \{ (?!UNDEF)([^}]*) \}", sparql)
    values = tuple(f"{name}: {', '.join(IRI.findall(value)) or value}" for name, value in dict(bound).items())
    yield AnswerLine(f"{title[1] if title else 'SPARQL'} (whole in Markdown and in the JSON)", (), values)


def _claim(item: AnsweringClaim) -> AnswerLine:
    role = "" if item.role == "answers" else f"({item.role}) "
    doubts = (f"doubt ({basis}): {text}" for text, basis in item.claim.doubts)
    noted = (item.note,) if item.note else ()
    return AnswerLine(f"{role}{item.claim.sentence} [{item.claim.id}]", (), (*noted, source_line(item.claim), *doubts))
