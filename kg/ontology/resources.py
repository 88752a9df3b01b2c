"""The folders of data that the program ships: in a checkout at its top, in an installed package inside `kg`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kg.errors import OntologyError
from kg.ontology import terms

PACKAGE: Final = Path(__file__).resolve().parents[1]


def shipped(name: str) -> Path:
    """The folder `ontology` or `queries` that belongs to this program.

    A wheel has both below `kg/resources` (pyproject.toml says so); a checkout and an editable install, beside `kg`.
    """
    inside = PACKAGE / "resources" / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def ontology_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The ontology's folder that `$WARRANT_ONTOLOGY` names, else the one that the program ships."""
    named = environment.get("WARRANT_ONTOLOGY")
    return Path(named) if named else shipped("ontology")


def version_of(folder: Path) -> str:
    """The version IRI of the ontology in a folder, from the root document alone, which is a screen long.

    Raises OSError where there is no root, OntologyError where it has no version.
    """
    root = (folder / "warrant-reasoning.ttl").read_text(encoding="utf-8")
    found = re.search(rf"owl:versionIRI <({re.escape(terms.BASE)}[^>]+)>", root)
    if found is None:
        raise OntologyError("the root ontology warrant-reasoning.ttl has no owl:versionIRI")
    return found[1]
