"""Free text to facts with character spans."""

from kg.readers.text.read import read_text
from kg.readers.text.reading import Kind, Mention, Sense, Span, TextReading, Unread

__all__ = ["Kind", "Mention", "Sense", "Span", "TextReading", "Unread", "read_text"]
