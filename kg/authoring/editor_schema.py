"""JSON Schemas of the YAML sources, for editors that complete and explain: VS Code with its YAML extension, and others.

Names of terms, kinds, predicates and listed words are enumerated from the sources as they are; what a field means is
read from the tables of the editors' guide, which is written once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kg.authoring.articles import KIND_CLASS, TERM_FIELDS
from kg.authoring.claim_schema import ArticleFile
from kg.authoring.public_schema import PublicFile
from kg.authoring.schema import AlertFile, IntervalFile, SourceEntry, SourceFile, TermFile, ThresholdFile
from kg.authoring.sources import Sources

SOURCE_MODELS: Final[Mapping[str, type[SourceEntry]]] = {
    "article-file": ArticleFile,
    "terms-file": TermFile,
    "thresholds-file": ThresholdFile,
    "intervals-file": IntervalFile,
    "alerts-file": AlertFile,
    "sources-file": SourceFile,
    "public-file": PublicFile,
}
"""Name of a schema → the model of the file that it is for."""
ROW: Final = re.compile(r"^\| (`[^|]+`) \| (.+?) \|", re.MULTILINE)
Schema = dict[str, Any]


def editor_schema(name: str, sources: Sources) -> Schema:
    """The schema of one kind of source file over the names that are declared."""
    found: Schema = SOURCE_MODELS[name].model_json_schema(by_alias=True)
    meanings = _meanings(sources)
    for entry in (found, *found.get("$defs", {}).values()):
        for field, described in entry.get("properties", {}).items():
            if field in meanings:
                described.setdefault("description", meanings[field])
    if "ClaimEntry" in found.get("$defs", {}):
        _claims(found["$defs"]["ClaimEntry"]["properties"], sources)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _meanings(sources: Sources) -> dict[str, str]:
    """Field → what the editors' guide says of it; nothing where the guide is not at hand."""
    path = sources.folder / "README.md"
    rows = ROW.findall(path.read_text(encoding="utf-8")) if path.is_file() else []
    return {field: text for names, text in reversed(rows) for field in re.findall(r"`([a-z_]+)`", names)}


def _claims(fields: Schema, sources: Sources) -> None:
    """Enumerate what a claim may name."""
    fields["kind"]["enum"] = sorted(KIND_CLASS)
    terms = {"enum": sorted(sources.vocabulary.by_name)}
    for field in (*TERM_FIELDS, "about"):
        fields[field]["items"] = terms
    fields["concludes"]["propertyNames"] = {"enum": sorted(sources.predicates)}
    for field, words in sources.listed_words.items():
        if field in fields and words:
            fields[field]["enum"] = _with_empty(words)


def _with_empty(words: Iterable[str]) -> list[str]:
    return ["", *sorted(words)]
