"""A YAML source as a model: what cannot be read is named by file, entry, field and remedy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import ValidationError

from kg.authoring.schema import SourceEntry
from kg.errors import AuthoringError, Problem

Model = TypeVar("Model", bound=SourceEntry)
MERGE: Final = "tag:yaml.org,2002:merge"


class _UniqueKeyLoader(yaml.CSafeLoader):
    """The safe loader, which also refuses a key that stands twice: YAML 1.2.2, section 3.2.1.3."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set[str]()
        for key, _ in node.value:
            if key.tag != MERGE and isinstance(key.value, str):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value!r} stands twice", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def read(path: Path, model: type[Model]) -> Model:
    """A YAML source as a model. Raises AuthoringError with every problem: file, entry, field, remedy."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), _UniqueKeyLoader)
    except yaml.YAMLError as error:
        raise AuthoringError(
            [Problem(path.name, f"is not YAML: {_in_one_line(error)}", "Mend the syntax first.")]
        ) from error
    except UnicodeDecodeError as error:
        message = f"is no UTF-8 text: {error.reason} at byte {error.start}."
        raise AuthoringError([Problem(path.name, message, "Save it as UTF-8.")]) from error
    except OSError as error:
        raise AuthoringError(
            [Problem(path.name, f"cannot be read: {error.strerror}.", "Put the file back.")]
        ) from error
    if data is None:
        raise AuthoringError([Problem(path.name, "is empty.", "Fill it, or remove the file.")])
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise AuthoringError([_problem(path, data, item) for item in error.errors()]) from error


def _in_one_line(error: yaml.YAMLError) -> str:
    return " ".join(str(error).split())


def _problem(path: Path, data: Any, item: Any) -> Problem:
    where = ": ".join((path.name, *_steps(data, item["loc"])))
    remedy = (
        "Remove the field, or see ontology/README.md for the fields there are."
        if item["type"] == "extra_forbidden"
        else ""
    )
    return Problem(where, item["msg"].lower(), remedy)


def _steps(data: Any, location: tuple[int | str, ...]) -> Iterator[str]:
    """`claims`, 7, `at` becomes `A0-08`, `at`: entries are named by their identifier, not their index."""
    for step in location:
        data = data[step] if _reachable(data, step) else None
        if isinstance(step, str):
            yield step
        elif isinstance(data, dict) and (name := data.get("id") or data.get("name")):
            yield str(name)
        else:
            yield str(step)


def _reachable(data: Any, step: int | str) -> bool:
    if isinstance(data, dict):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data)
