"""Free text to facts with character spans."""

from kg.text.read import read_text
from kg.text.reading import Kind, Mention, Sense, Span, TextReading, Unread

__all__ = ["Kind", "Mention", "Sense", "Span", "TextReading", "Unread", "read_text"]
