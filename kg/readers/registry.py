"""The readers of all formats: chosen by media type, by the extension of a file, or by how the data begins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from kg.errors import CaseError, InputError, Problem
from kg.readers.case.formats import JSON, YAML
from kg.readers.fhir.format import FHIR
from kg.readers.omop import OMOP
from kg.readers.phenopackets import PHENOPACKET
from kg.readers.protocol import Context, Reader, ReadResult
from kg.readers.tables.formats import CSV, PARQUET
from kg.readers.text.format import TEXT


class Registry:
    """Some readers; of several that would do, the first one is taken."""

    def __init__(self, readers: Sequence[Reader]) -> None:
        self.readers = tuple(readers)

    @property
    def media_types(self) -> tuple[str, ...]:
        """Every media type that is read."""
        return tuple(name for reader in self.readers for name in reader.media_types)

    def of_type(self, media_type: str) -> Reader | None:
        """The reader of a media type without parameters, in lower case."""
        return next((reader for reader in self.readers if media_type in reader.media_types), None)

    def of_file(self, name: str, data: bytes) -> Reader:
        """The reader of a file, by its extension, and by how it begins where that leaves several. Raises InputError."""
        extension = PurePath(name).suffix.lower()
        named = [reader for reader in self.readers if extension in reader.extensions]
        among = named or self.readers
        for reader in (*(reader for reader in among if reader.sniff(data)), *named[-1:]):
            return reader
        known = ", ".join(extension for reader in self.readers for extension in reader.extensions)
        raise InputError([Problem(name, "has no format that is read here", f"Give a file of {known}.")])

    def read_file(self, name: str, data: bytes, context: Context) -> ReadResult:
        """What a file holds, or standard input, whose name is `-`. Raises CaseError or InputError."""
        if not data.strip():
            raise CaseError([Problem(name, "is empty", 'Give a case such as {"findings": [{"concept": "..."}]}.')])
        try:
            return self.of_file(name, data).read(data, context)
        except UnicodeDecodeError as error:
            raise InputError([Problem(name, f"is no UTF-8 text: {error.reason}", "Save it as UTF-8.")]) from error


READERS: Final = Registry((FHIR, PHENOPACKET, OMOP, JSON, PARQUET, CSV, YAML, TEXT))
"""JSON contains FHIR, phenopackets and OMOP, and YAML contains JSON: it takes whatever is not said to be another."""
