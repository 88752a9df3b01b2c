"""What the lists of an assessment hold. Every entry names the conclusion that its proof proves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kg.ontology.model import RegimenPhase
from kg.ontology.ordering import Harm
from kg.proof.derivations import Conclusion


class Basis(StrEnum):
    """On what an entry stands.

    entailed        a claim applies
    precautionary   a warning's ground holds, and whether one of its exceptions holds is not known
    ambiguous       a claim holds in one reading of the text and not in every one
    """

    ENTAILED = "entailed"
    PRECAUTIONARY = "precautionary"
    AMBIGUOUS = "ambiguous"


class State(StrEnum):
    """How a condition of the differential stands on the record.

    open        neither established nor ruled out: something to think of
    known       established: offered as the explanation of what it explains, never suggested
    ruled_out   recorded absent, itself or something above it
    """

    OPEN = "open"
    KNOWN = "known"
    RULED_OUT = "ruled_out"


@dataclass(frozen=True)
class Item:
    """One entry of a list: a concept, the claims that put it there, and what is to be proved of it."""

    id: str
    concept: str
    label: str
    claims: tuple[str, ...]
    basis: Basis
    conclusion: Conclusion


@dataclass(frozen=True)
class Differential(Item):
    """A condition with its state and its axes, each alone; never a probability.

    `claims` speak for it, `against` against it. `explains` and `unexplained` part the stated or measured findings of
    the patient: those of which a claim for it speaks, and the rest. `parent` is the broader entry it stands under.
    """

    strength: str = ""
    state: State = State.OPEN
    parent: str = ""
    against: tuple[str, ...] = ()
    explains: tuple[str, ...] = ()
    unexplained: tuple[str, ...] = ()
    harm_if_missed: Harm | None = None
    rank_reason: str = ""


@dataclass(frozen=True)
class Prerequisite:
    """Something that comes first, and the claim that says so. `id` is an entry's, empty if it is no entry."""

    id: str
    concept: str
    label: str
    claim: str


@dataclass(frozen=True)
class ExceptionTo:
    """An exception to a claim, and whether it holds of the patient: `met`, `not met` or `unknown`."""

    text: str
    claim: str
    state: str


class Course(StrEnum):
    """The state of a course of treatment."""

    PLANNED = "planned"
    RUNNING = "running"
    RESPONDING = "responding"
    FAILED = "failed"
    ENDED = "ended"


@dataclass(frozen=True)
class Action(Item):
    """Something to do or to avoid: how firmly and how soon the claims put it, all of them kept.

    `course` is that of a treatment of which the record has one; `supersedes` names the claims whose offer a stop ends.
    """

    relations: tuple[str, ...] = ()
    modality: tuple[str, ...] = ()
    urgency: str = ""
    within: tuple[str, ...] = ()
    purpose: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    exceptions: tuple[ExceptionTo, ...] = ()
    after: tuple[Prerequisite, ...] = ()
    alternative_to: tuple[str, ...] = ()
    done: bool = False
    done_on: str = ""
    course: Course | None = None
    supersedes: tuple[str, ...] = ()
    regimen: tuple[RegimenPhase, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """Claims for and against one thing. `resolution` is `exception`, `qualified` or `unresolved`; `rule` says why."""

    action: str
    label: str
    supporting: tuple[str, ...]
    opposing: tuple[str, ...]
    resolution: str
    rule: str
