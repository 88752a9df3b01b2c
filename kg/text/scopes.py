"""How each named concept is meant: negated, of the family, past, planned, only asked about.

Cues reach in three ways. A chain (`no`, `history of`, `suspected`, `on`) reaches the next name and those joined to it
by `and`, `or`, comma or slash; `or` and `nor` carry it further than a comma does, and where the reach
of a negation cannot be told the name is uncertain, never absent. A scope (family, hypothetical, plan) reaches to the
end of its clause. A cue behind a name (`absent`, `suspected`, `survivor`) reaches back over names
joined without a comma.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kg.entries import Concept
from kg.text.cues import CLOSERS, FILLERS, Cue
from kg.text.dates import DateHit
from kg.text.lexicon import Hit, Lexicon
from kg.text.reading import Sense
from kg.text.tokens import Form, Token

CHAINS: Final = frozenset({
    Cue.NEG, Cue.NEVER, Cue.HISTORY, Cue.HAD, Cue.TREATED, Cue.ENDED, Cue.SUSPECTED, Cue.UNCERTAIN, Cue.ALLERGY,
})  # fmt: skip
SCOPES: Final = frozenset({Cue.FAMILY, Cue.HYPOTHETICAL, Cue.PLAN})
POST: Final[Mapping[Cue, str]] = {
    Cue.NEG_POST: "negated", Cue.HISTORY_POST: "history", Cue.SUSPECTED: "suspected", Cue.UNCERTAIN: "uncertain",
    Cue.PENDING: "pending", Cue.DONE: "done", Cue.ENDED: "ended", Cue.PLAN: "plan", Cue.SHOWS: "shows",
    Cue.NEG: "negated",
}  # fmt: skip
POSITIONS: Final[Mapping[Cue, str]] = {Cue.LOW: "Low", Cue.NORMAL: "Normal", Cue.HIGH: "High"}
TREATMENTS: Final = ("drug", "therapy", "intent")
PASSED: Final = ("condition", "drug", "therapy", "history", "procedure", "finding")
REACH: Final = 4
_STARTS: Final = frozenset({"started", "commenced", "began", "starting"})
_PATIENT: Final = frozenset({"patient", "the patient", "pt"})
_PERSONS: Final = frozenset({"patients", "people", "women", "men", "persons", "individuals", "survivors"})
_AUXILIARIES: Final = frozenset({"has", "have", "had", "been"})
_GOES_ON: Final = frozenset({"ongoing", "continues", "continued", "current"})
_OTHER: Final = frozenset({"other", "new"})
_BREAKS: Final = frozenset(";.!?")


@dataclass
class Named:
    """A name with everything that stands around it and bears on its meaning."""

    token: Token
    concept: Concept | None
    marks: set[str] = field(default_factory=set)
    position: str = ""
    degree: str = ""
    day: DateHit | None = None
    since: DateHit | None = None
    until: DateHit | None = None
    test: bool = False
    join: str = ""
    carried: bool = False
    start: int = -1
    end: int = -1

    def __post_init__(self) -> None:
        self.start, self.end = self.token.start, self.token.end

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of all concepts that the name can mean."""
        return frozenset(concept.kind for concept, _ in self.hit.entry.concepts)

    @property
    def hit(self) -> Hit:
        assert self.token.hit is not None
        return self.token.hit


@dataclass
class Chain:
    """A cue that reaches over a list of names."""

    cue: Cue
    started: bool = False
    gap: int = 0
    link: str = ""
    doubt: bool = False
    group: str = ""
    starts: bool = False
    other: bool = False


class Scoper:
    """Reads one segment; state is dropped with it."""

    def __init__(self, lexicon: Lexicon, measured: frozenset[Hit], heading: str) -> None:
        self.lexicon, self.measured, self.heading = lexicon, measured, heading
        self.chains: list[Chain] = []
        self.scopes: set[Cue] = set()
        self.recent: list[Named] = []
        self.joined = ""
        self.position, self.degree = "", ""
        self.position_open = False
        self.position_at = -1
        self.test_seen = ""
        self.names: list[Named] = []
        self.date_cue = ""

    def read(self, tokens: Sequence[Token]) -> list[Named]:
        """The names of a segment, marked."""
        for index, token in enumerate(tokens):
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            match token.form:
                case Form.NAME:
                    self._name(token)
                case Form.CUE:
                    self._cue(token, following)
                case Form.VALUE:
                    self._value()
                case Form.DATE:
                    self._date(token)
                case Form.SIGN:
                    self._sign(token, following)
                case Form.WORD:
                    self._word(token)
        return self.names

    # -- names

    def _name(self, token: Token) -> None:
        assert token.hit is not None
        concept = token.hit.entry.concepts[0][0] if token.hit.entry.concepts else None
        named = Named(token, concept, {"measured"} if token.hit in self.measured else set())
        if concept and concept.kind == "specimen":
            return
        group = self._group(named)
        measured = token.hit in self.measured
        for chain in self.chains:
            past = chain.cue is Cue.HISTORY and not chain.started
            if not measured or past or chain.cue not in (Cue.NEG, Cue.NEVER, Cue.HISTORY, Cue.HAD):
                self._reach(chain, named, group)
        named.marks |= {scope.value for scope in self.scopes if self._in_scope(scope, named)}
        self._place(named)
        named.test = self.test_seen in ("shown", "told")
        if concept and concept.kind in ("procedure", "result") and not self.test_seen:
            self.test_seen = "named"
        self.names.append(named)
        if self.joined in ("", "aux"):
            self.recent = []
        named.join = self.joined
        self.recent.append(named)
        self.joined = ""
        self.date_cue = ""
        if measured:
            self.chains = [chain for chain in self.chains if not chain.started]

    def _group(self, named: Named) -> str:
        if named.concept is None:
            return "sign"
        ontology = self.lexicon.names.ontology
        axes = any(ontology.concepts[name].axis for name in ontology.descendants(named.concept.name))
        axes = axes or any(ontology.concepts[name].axis for name in ontology.ancestors(named.concept.name))
        kind = named.concept.kind
        return (
            "counted"
            if kind == "analyte" or (kind == "finding" and axes)
            else "treatment"
            if kind in TREATMENTS
            else kind
        )

    def _reach(self, chain: Chain, named: Named, group: str) -> None:
        """Mark a name that a chain reaches."""
        joined_loosely = chain.started and chain.link in (",", "and", "/")
        other = bool(chain.group) and group != chain.group
        kinds, kind = named.kinds, named.concept.kind if named.concept else ""
        if chain.cue in (Cue.NEG, Cue.NEVER) and joined_loosely and (chain.doubt or other):
            named.marks.add("unclear")
        elif chain.cue is Cue.HISTORY and chain.started and (kind == "finding" or (chain.link == "," and other)):
            chain.doubt = True
        elif chain.cue is Cue.HISTORY and chain.doubt and kind != "history":
            pass
        elif chain.cue in (Cue.SUSPECTED, Cue.UNCERTAIN) and chain.started and chain.link not in ("or", "/", "and"):
            chain.doubt = True
        elif (chain.cue is Cue.TREATED and not kinds & {*TREATMENTS, "analyte"}) or (
            chain.cue is Cue.HAD and not kinds & {"condition", "drug", "therapy", "history", "procedure"}
        ):
            pass
        elif chain.cue is not Cue.ENDED or kinds & set(TREATMENTS):
            named.marks |= {chain.cue.value}
            named.marks |= {"starts"} if chain.starts else set()
            named.marks |= {"other"} if chain.other else set()
        chain.started, chain.gap, chain.link = True, 0, ""
        chain.group = chain.group or group

    def _in_scope(self, scope: Cue, named: Named) -> bool:
        if scope is Cue.PLAN:
            treated = any(chain.cue is Cue.TREATED and not chain.gap for chain in self.chains)
            return bool(named.kinds & {*TREATMENTS, "procedure"}) and not treated
        return True

    def _place(self, named: Named) -> None:
        """The position that a word before the name gives it, carried over names joined to each other."""
        leading = self._leading(named)
        if leading:
            self.position, self.degree, self.position_open, self.position_at = leading, "", True, -1
        elif self.position_open and self._placeable(named):
            named.position, named.degree = self.position, self.degree
            named.carried = self.position_at < 0
            named.start = self.position_at if self.position_at >= 0 else named.start
            self.position_at = -1
        elif named.concept is None or named.concept.kind not in ("analyte", "specimen"):
            self.position_open = False

    def _leading(self, named: Named) -> str:
        """The position that a finding's own first word gives, as in the name of a low or a normal value."""
        if named.concept is None or named.concept.kind != "finding":
            return ""
        entry = self.lexicon.entries.get(named.hit.phrase.partition(" ")[0])
        return POSITIONS.get(entry.cue, "") if entry and entry.cue else ""

    # -- cues

    def _cue(self, token: Token, following: Token | None) -> None:
        assert token.hit is not None
        cue = token.hit.entry.cue
        assert cue is not None
        if token.word == "from" and following is not None and following.form is Form.DATE:
            self.date_cue = "since"
            return
        if cue in (Cue.AND, Cue.OR):
            self._link("or" if cue is Cue.OR or token.word == "nor" else "and")
            return
        if token.word == "nor":
            self._link("or")
        behind = bool(self.recent) and self.joined in ("", "aux") and not self._names_next(following)
        if cue in POSITIONS or cue is Cue.DEGREE:
            self._position(cue, token, behind)
        elif cue is Cue.TREATED and behind and self._begins_or_runs(token, following):
            pass
        elif cue in POST and behind and not (cue is Cue.NEG and not self._closes(following)):
            self._post(POST[cue])
            self._follow_up(cue)
        elif cue is Cue.ENDED and self.recent and self._closes(following) and set(TREATMENTS) & self.recent[-1].kinds:
            self.recent[-1].marks.add("ended")
        elif cue is Cue.NEG_POST:
            self.chains.append(Chain(Cue.NEG))
        elif cue in CHAINS:
            self._open(cue, token.word)
        elif cue in SCOPES:
            self._scope(cue, following)
        elif cue in (Cue.BUT, Cue.BECAUSE):
            self._break()
            if cue is Cue.BUT:
                self.scopes -= {Cue.HYPOTHETICAL, Cue.PLAN}
        elif cue is Cue.SUBJECT:
            self.chains, self.recent = [], []
            self.scopes -= SCOPES if token.word in _PATIENT else {Cue.FAMILY}
        elif cue is Cue.PENDING:
            self.chains.append(Chain(Cue.PENDING))
        elif cue is Cue.TEST:
            self._tested(behind)
        elif cue is Cue.SINCE:
            self.date_cue = "since"
        elif cue is Cue.SHOWS:
            self.test_seen = "shown" if self.test_seen else ""
            self._close_started()
        elif cue is not Cue.GIVE:
            self._word(token)

    def _begins_or_runs(self, token: Token, following: Token | None) -> bool:
        """A treatment named before the word that it was started on a date, or that it goes on."""
        words = set(token.word.split())
        if not set(TREATMENTS) & self.recent[-1].kinds:
            return False
        if words & _STARTS and following is not None and (following.form is Form.DATE or following.word == "on"):
            self.recent[-1].marks |= {"treated", "starts"}
            return True
        if words & _GOES_ON and self._closes(following):
            self.recent[-1].marks.add("treated")
            return True
        return False

    def _tested(self, behind: bool) -> None:
        """A test that the vocabulary lacks; what stands behind its colon or verb, or before it, is its result."""
        self.test_seen = self.test_seen or "named"
        if behind:
            for named in self.recent:
                named.test = True

    def _names_next(self, following: Token | None) -> bool:
        return following is not None and following.form is Form.NAME

    def _closes(self, following: Token | None) -> bool:
        return following is None or following.form is Form.SIGN

    def _follow_up(self, cue: Cue) -> None:
        if cue is Cue.SHOWS:
            self.test_seen = "shown" if self.test_seen else ""
            self._close_started()
        if cue is Cue.ENDED:
            self.date_cue = "until"

    def _open(self, cue: Cue, word: str) -> None:
        if cue in (Cue.TREATED, Cue.HISTORY, Cue.HAD, Cue.ENDED):
            self.scopes.discard(Cue.PLAN)
            self.chains = [chain for chain in self.chains if not chain.started]
        if cue in (Cue.NEG, Cue.NEVER):
            self.chains = [chain for chain in self.chains if not chain.started]
        self.position_open = False
        words = set(word.split())
        self.chains.append(Chain(cue, starts=bool(words & _STARTS), other=bool(words & _OTHER)))

    def _scope(self, cue: Cue, following: Token | None) -> None:
        if cue is Cue.FAMILY and self.recent and self.joined in ("", "(", "in"):
            self._post("family")
        self.scopes.add(cue)

    def _position(self, cue: Cue, token: Token, behind: bool) -> None:
        if cue is Cue.DEGREE:
            self.degree = token.word
            self.position_open = False
            return
        position = POSITIONS[cue]
        negated = any(chain.cue is Cue.NEG and not chain.started and not chain.gap for chain in self.chains)
        if behind and any(self._placeable(named) for named in self.recent):
            for named in reversed(self.recent):
                if not self._placeable(named) or (named.position and not named.carried):
                    break
                named.position, named.degree, named.carried = position, self.degree, False
                named.marks |= {"neg"} if negated else set()
            self.recent[-1].end = token.end
            self.degree = ""
            return
        self.position, self.position_open, self.position_at = position, True, token.start

    def _placeable(self, named: Named) -> bool:
        return bool(named.kinds & {"analyte", "procedure"} or named.hit.entry.absent)

    def _post(self, mark: str) -> None:
        """Mark the last name, those that `and` or `or` joins to it, and, but for kin, the list before them."""
        joined, group = True, self._group(self.recent[-1])
        listed = self.recent[-1].join in ("and", "or")
        for named in reversed(self.recent):
            if joined or (listed and mark != "family" and self._group(named) == group):
                named.marks.add(mark)
            joined = joined and named.join in ("and", "or", "/")

    # -- between names

    def _link(self, link: str) -> None:
        for chain in self.chains:
            if chain.started:
                chain.link = link
                chain.doubt = chain.doubt and link != "or"
        self.joined = link

    def _sign(self, token: Token, following: Token | None) -> None:
        if token.word == "?" and following and following.form is Form.NAME and following.start == token.end:
            self.chains.append(Chain(Cue.UNCERTAIN))
        elif token.word == ",":
            self._link(",")
            self.chains = [chain for chain in self.chains if chain.started]
        elif token.word in "/&+":
            self._link("/")
        elif token.word == "(":
            self.joined = "("
        elif token.word == ":":
            if self.recent and not self.joined:
                self.recent[-1].marks.add("shows")
            self._close_started()
            self.test_seen = "told" if self.test_seen else ""
        elif token.word in _BREAKS:
            self._break()
        elif token.word not in "()[]'’\"*":
            self.joined = token.word

    def _word(self, token: Token) -> None:
        if token.word in _PERSONS and self.recent and self.joined == "":
            self._post("hypothetical")
        if token.word == "in":
            self.joined = "in" if self.joined == "" else self.joined
        if token.word in ("until", "till", "to", "stopped", "finished"):
            self.date_cue = "until"
        if token.word in ("since", "from", "started"):
            self.date_cue = "since"
        if token.word in _AUXILIARIES:
            self._close_started()
            self.joined = self.joined or "aux"
        elif token.word in CLOSERS:
            self._close_started()
            self.joined = self.joined or "word"
            self.position_open = False
        elif token.word not in FILLERS:
            self._strange()
        elif token.word not in (
            "is",
            "are",
            "was",
            "were",
            "be",
            "been",
            "being",
            "level",
            "levels",
            "count",
            "counts",
            "'s",
            "his",
            "her",
            "the",
            "in",
            "of",
            "a",
            "my",
            "their",
            "also",
            "both",
            "value",
            "values",
            "result",
            "results",
            "report",
        ):
            self.position_open = self.position_open and token.word != "and"

    def _strange(self) -> None:
        """A word that is neither name nor cue: it counts against a chain's reach."""
        kept = []
        for chain in self.chains:
            chain.gap += 1
            if chain.started and chain.cue in (Cue.NEG, Cue.NEVER):
                chain.doubt = True
                kept.append(chain)
            elif not chain.started and chain.gap <= REACH:
                kept.append(chain)
        self.chains = kept
        self.joined = self.joined or "word"
        self.position_open = False

    def _value(self) -> None:
        self.position_open = False
        self.chains = [chain for chain in self.chains if chain.cue not in (Cue.NEG, Cue.NEVER) or not chain.started]

    def _date(self, token: Token) -> None:
        assert token.day is not None
        if self.recent and self.joined not in (",", ";"):
            for named in self.recent[-1:]:
                if self.date_cue == "until" and named.since:
                    named.until = token.day
                elif self.date_cue == "since" or "starts" in named.marks:
                    named.since = token.day
                elif self.date_cue == "until" or ("ended" in named.marks and named.day is None):
                    named.until = token.day
                elif named.day is None:
                    named.day = token.day
        self.date_cue = ""

    def _close_started(self) -> None:
        self.chains = [chain for chain in self.chains if not chain.started]

    def _break(self) -> None:
        self.chains, self.recent, self.joined = [], [], ""
        self.position, self.degree, self.position_open = "", "", False


def sense(named: Named, heading: str, asked: bool) -> Sense:
    """The one sense that the marks amount to, the most restrictive first."""
    marks = named.marks
    order: Iterator[tuple[bool, Sense]] = iter((
        ("family" in marks or heading == "family", Sense.FAMILY),
        ("allergy" in marks or heading == "allergy", Sense.UNCERTAIN),
        (asked, Sense.ASKED),
        ("hypothetical" in marks, Sense.HYPOTHETICAL),
        ("unclear" in marks, Sense.UNCERTAIN),
        (bool(marks & {"neg", "never", "negated"}), Sense.NEGATED),
        ("uncertain" in marks or heading == "uncertain", Sense.UNCERTAIN),
        ("suspected" in marks, Sense.SUSPECTED),
        ("plan" in marks or heading == "plan", Sense.PLAN),
        (bool(marks & {"history", "had", "ended"}) or heading == "history", Sense.HISTORY),
    ))  # fmt: skip
    return next((found for holds, found in order if holds), Sense.ASSERTED)
