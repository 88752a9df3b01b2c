"""Free text to facts with character spans."""

from kg.readers.text.pipeline import read_text, trace_text
from kg.readers.text.reading import Mention, Sense, Span, TextKind, TextReading, UnreadSpan, question_alone

__all__ = [
    "Mention",
    "Sense",
    "Span",
    "TextKind",
    "TextReading",
    "UnreadSpan",
    "question_alone",
    "read_text",
    "trace_text",
]
