"""Free text to facts with character spans."""

from kg.readers.text.pipeline import read_text, trace_text
from kg.readers.text.reading import Kind, Mention, Sense, Span, TextReading, Unread

__all__ = ["Kind", "Mention", "Sense", "Span", "TextReading", "Unread", "read_text", "trace_text"]
