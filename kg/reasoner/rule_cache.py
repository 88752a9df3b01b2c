"""The compiled rules of an ontology in the cache folder, so that an engine starts without reading Turtle."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kg.cache import flat
from kg.cache.checked_file import CheckedFile
from kg.ontology.modules import ModuleFiles, Modules
from kg.reasoner.rule_writer import RuleWriter
from kg.reasoner.rules import Rules, write_rules

MADE_BY: Final = ("cache", "ontology", "reasoner")


def rules_in(folder: Path) -> Rules:
    """The rules of the ontology in a folder: from the cache by the digest of its files, else compiled and kept."""
    return cached_rules(ModuleFiles(folder))


def cached_rules(modules: Modules) -> Rules:
    """The rules of an ontology, from the cache or compiled and kept."""
    found = load(modules.digest)
    return found if found is not None else store(modules.digest, write_rules(modules))


def file_of(digest: str) -> CheckedFile:
    """The cache file of an ontology with this content digest."""
    return CheckedFile("rules", MADE_BY, digest)


def load(digest: str) -> Rules | None:
    """The cached rules, read in place, or nothing if there are none that can be used."""
    data = file_of(digest).read()
    return None if data is None else Rules(flat.Block(data))


def store(digest: str, made: RuleWriter) -> Rules:
    """Keep rules and return them as read back; where nothing can be written they stay in memory."""
    found = load(digest) if file_of(digest).write(made.write) else None
    return found if found is not None else made.rules()
