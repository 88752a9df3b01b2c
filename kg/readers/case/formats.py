"""The readers of cases in JSON and in YAML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kg.readers.case.parsing import parse_json, parse_yaml
from kg.readers.case.reader import CaseReader
from kg.readers.protocol import Context, Coverage, ReadResult, decoded


@dataclass(frozen=True)
class CaseFormat:
    """Cases in one notation. `opening` is what a case of it begins with; any text may be one where it is empty."""

    media_types: tuple[str, ...]
    extensions: tuple[str, ...]
    parse: Callable[[str], Any]
    opening: bytes = b""

    def sniff(self, data: bytes) -> bool:
        """Whether data begins as a case of this notation does."""
        return data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(self.opening)

    def read(self, data: bytes, context: Context) -> ReadResult:
        """The facts of a case. Raises CaseError, or UnicodeDecodeError."""
        return read_case(self.parse(decoded(data)), context)


def read_case(case: Any, context: Context) -> ReadResult:
    """The facts of a parsed case. Raises CaseError."""
    found = CaseReader(context.names, context.today, context.lenient).reading(case)
    unread = found.facts.unread
    coverage = Coverage(found.used, tuple(item.origin for item in unread if item.origin))
    return ReadResult(found.facts, unread, (), coverage)


JSON = CaseFormat(("application/json",), (".json",), parse_json, b"{")
YAML = CaseFormat(("application/yaml",), (".yaml", ".yml"), parse_yaml)
