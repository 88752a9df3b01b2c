"""Free text to facts with character spans."""

from kg.readers.text.pipeline import read_text, trace_text
from kg.readers.text.reading import Mention, Sense, Span, TextKind, TextReading, UnreadSpan

__all__ = ["Mention", "Sense", "Span", "TextKind", "TextReading", "UnreadSpan", "read_text", "trace_text"]
