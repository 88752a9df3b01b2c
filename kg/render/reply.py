"""The reply to a text: an assessment, an answer to a question, or both."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from kg.ask import Reply
from kg.questions import Answer, AnsweringClaim
from kg.render.data import Data, as_json
from kg.render.document import source_line
from kg.render.markdown import as_markdown, escape
from kg.render.text import as_text
from kg.render.wire import unread


def reply_json(reply: Reply, proofs: bool = False) -> Data:
    """The assessment, with the answer under `answer` where the text also asks; else the answer alone."""
    answer = reply.answer.to_json(reply.codes) if reply.answer else None
    if reply.assessment is None:
        return answer or {}
    data = as_json(reply.assessment, proofs)
    data["not_understood"] = [unread(item) for item in reply.reading.not_understood]
    return data if answer is None else {**data, "answer": answer}


def reply_text(reply: Reply, width: int = 100, colour: bool = False) -> str:
    """The reply as text of a given width."""
    parts = [] if reply.assessment is None else [as_text(reply.assessment, width, colour)]
    lines = [line for row in _not_used(reply) for line in textwrap.wrap(row, width, subsequent_indent="  ")]
    if reply.answer:
        lines += [line for row in _answer(reply.answer) for line in textwrap.wrap(row, width, subsequent_indent="  ")]
    return "\n".join([*parts, *lines]).rstrip() + "\n"


def reply_markdown(reply: Reply) -> str:
    """The reply as Markdown."""
    parts = [] if reply.assessment is None else [as_markdown(reply.assessment)]
    rows = [*_not_used(reply), *(_answer(reply.answer) if reply.answer else ())]
    return "\n".join([*parts, *(f"- {escape(row)}" for row in rows)]).rstrip() + "\n"


def _not_used(reply: Reply) -> Iterator[str]:
    for item in reply.reading.not_understood:
        yield f"Not used: “{item.text}” ({item.start}-{item.end}): {item.reason}"


def _answer(answer: Answer) -> Iterator[str]:
    if not answer.covered:
        yield "The articles do not say this." + (" The nearest that they do say:" if answer.related else "")
    yield from map(_claim, (*answer.claims, *answer.related))
    yield answer.notice


def _claim(item: AnsweringClaim) -> str:
    role = "" if item.role == "answers" else f"({item.role}) "
    return f"{role}{item.claim.sentence} [{item.claim.id}] ({source_line(item.claim)})"
