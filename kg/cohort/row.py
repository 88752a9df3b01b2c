"""One patient of an input, as every source of patients gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kg.errors import Problem

FHIR_FORMAT: Final = "fhir"
OMOP_FORMAT: Final = "omop"


@dataclass(frozen=True)
class Row:
    """One patient of an input: the line, counted from 1, the key, and the case; or what is wrong with it.

    `format` says what the case is: empty for a case of the contract, else a document of a system.
    """

    line: int
    key: str
    case: Mapping[str, Any] | None
    problems: tuple[Problem, ...] = ()
    format: str = ""
