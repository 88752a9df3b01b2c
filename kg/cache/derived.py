"""Tables and look-ups made from a loaded object, such as an ontology, that live and end with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache, partial, wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

MOST: Final = 65536
P = ParamSpec("P")
T = TypeVar("T")


class DerivedOwner:
    """An object that keeps what is made from it. It never changes after it is made."""

    @cached_property
    def memo(self) -> dict[Callable[..., Any], Callable[..., Any]]:
        """Function → the same function of the other arguments, with its results."""
        return {}


S = TypeVar("S", bound=DerivedOwner)


def derived(make: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """A function of an owner whose results the owner keeps: for each of the other arguments, which are hashable, one.

    Of more than MOST results of a function, those that were asked for longest ago are dropped.

    >>> class Shelf(DerivedOwner):
    ...     books = ("Emma", "Persuasion")
    >>> @derived
    ... def initials(shelf: Shelf) -> str:
    ...     print("made")
    ...     return "".join(book[0] for book in shelf.books)
    >>> shelf = Shelf()
    >>> initials(shelf), initials(shelf)
    made
    ('EP', 'EP')
    """

    @wraps(make)
    def found(owner: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        cached = owner.memo.get(found)
        if cached is None:
            cached = owner.memo.setdefault(found, lru_cache(MOST)(partial(make, owner)))
        result: T = cached(*args, **kwargs)
        return result

    return found
