"""The reader of patients in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from kg.facts.origins import Origin, TextSpan
from kg.readers.protocol import Context, Coverage, ReadResult, decoded


@dataclass(frozen=True)
class TextFormat:
    """Plain words. Nothing in a text is an error: what is not understood is reported."""

    media_types: tuple[str, ...] = ("text/plain",)
    extensions: tuple[str, ...] = (".txt",)

    def sniff(self, data: bytes) -> bool:
        """Never: plain words are only read where somebody says that they are."""
        return False

    def read(self, data: bytes, context: Context) -> ReadResult:
        """The facts of a text in UTF-8. Raises UnicodeDecodeError."""
        return self.words(decoded(data), context)

    def words(self, text: str, context: Context) -> ReadResult:
        """The facts of a text."""
        from kg.readers.text import read_text  # noqa: PLC0415 - half a cold start that a structured case does not need

        reading = read_text(text, context.names, context.today, context.patient)
        facts = reading.facts
        # the origin of a fact is the span that it was read from; age and sex are no facts of a list
        used = {fact.origin for fact in facts.facts if fact.origin}
        used |= {item.origin for item in facts.measurements if item.origin}
        used |= {TextSpan(span.start, span.end) for span in reading.origins.values()}
        unread = {item.origin for item in facts.unread if item.origin}
        questions = tuple(TextSpan(span.start, span.end) for span in reading.questions)
        coverage = Coverage(_sorted(used), _sorted(unread), _rest(reading.text, used | unread))
        return ReadResult(facts, facts.unread, questions, coverage, reading)


TEXT = TextFormat()


def _sorted(origins: set[Origin]) -> tuple[TextSpan, ...]:
    return tuple(sorted(origin for origin in origins if isinstance(origin, TextSpan)))


def _rest(text: str, taken: set[Origin]) -> tuple[TextSpan, ...]:
    """The stretches between spans, without the blanks around them."""
    found, end = [], 0
    for start, last in [*((span.start, span.end) for span in _sorted(taken)), (len(text), len(text))]:
        part = text[end:start]
        if part.strip():
            left = end + len(part) - len(part.lstrip())
            found.append(TextSpan(left, left + len(part.strip())))
        end = max(end, last)
    return tuple(found)
