"""How each named concept is meant: negated, of the family, past, planned, only asked about.

Cues reach in three ways. A chain (`kg.readers.text.chains`) reaches the next name and those joined to it. A scope
(family, hypothetical, plan, candidates) reaches to the end of its clause. A cue behind a name (`absent`, `suspected`,
`survivor`) reaches back over names joined without a comma.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from kg.readers.text.chains import CHAINS, DENIALS, REACH, Chain
from kg.readers.text.cues import Cue
from kg.readers.text.lexicon import Lexicon, PhraseHit
from kg.readers.text.lists import end_of_list, group_of, mark_behind
from kg.readers.text.marks import Mark
from kg.readers.text.named import POSITIONS, TREATMENTS, NamedConcept
from kg.readers.text.positions import Positions
from kg.readers.text.tokens import Form, Token

SCOPES: Final = frozenset({Cue.FAMILY, Cue.HYPOTHETICAL, Cue.PLAN, Cue.CANDIDATES})
POST: Final[Mapping[Cue, Mark]] = {
    Cue.NEG_POST: Mark.NEGATED, Cue.HISTORY_POST: Mark.HISTORY, Cue.SUSPECTED: Mark.SUSPECTED,
    Cue.UNCERTAIN: Mark.UNCERTAIN, Cue.PENDING: Mark.PENDING, Cue.DONE: Mark.DONE, Cue.ENDED: Mark.ENDED,
    Cue.PLAN: Mark.PLAN, Cue.SHOWS: Mark.SHOWS, Cue.NEG: Mark.NEGATED, Cue.NEVER: Mark.NEVER,
    Cue.WITHHELD: Mark.WITHHELD,
}  # fmt: skip
_MARKER: Final = re.compile(r"\w*\d\w*|\w{1,2}")
_BREAKS: Final = frozenset(";.!?")
_CLOSED: Final = frozenset("()[]'’\"*")


class Scoper:
    """Reads one segment; state is dropped with it."""

    def __init__(self, lexicon: Lexicon, measured: frozenset[PhraseHit], introduced: int) -> None:
        """`introduced`: where the segment brings the patient in, by age or as `this patient`; -1 if it does not."""
        self.lexicon, self.measured, self.introduced = lexicon, measured, introduced
        self.ontology = lexicon.names.ontology
        self.words = lexicon.language.words
        self.chains: list[Chain] = []
        self.scopes: set[Cue] = set()
        self.outside: list[Chain] = []
        self.names: list[NamedConcept] = []
        self.recent: list[NamedConcept] = []
        self.joined = ""
        self.positions = Positions(lexicon)
        self.test_seen = ""
        self.date_cue = ""
        self.whose = self.conditional = self.exchanged = False
        self.before, self.dated, self.marker = "", False, False

    def read(self, tokens: Sequence[Token]) -> list[NamedConcept]:
        """The names of a segment, marked."""
        for index, token in enumerate(tokens):
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            self._introduce(token)
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
            self.before, self.dated = token.word, token.form is Form.DATE
            self.marker = token.form is Form.WORD and token.word not in self.words["fillers"]
        return self.names

    def _introduce(self, token: Token) -> None:
        """What was said before the patient is brought in (`rule out A in this man with B`) does not reach further."""
        if 0 <= self.introduced <= token.start:
            self.introduced = -1
            if not self.conditional:
                self.scopes.discard(Cue.HYPOTHETICAL)

    # -- names

    def _name(self, token: Token) -> None:
        assert token.hit is not None
        concept = token.hit.entry.concepts[0][0] if token.hit.entry.concepts else None
        if concept and concept.kind == "specimen":
            return
        measured = token.hit in self.measured
        named = NamedConcept(token, concept, {Mark.MEASURED} if measured else set())
        named.stated = named.hit.phrase.rpartition(" ")[2] in self.words["predicates"]
        group = group_of(self.ontology, named)
        for chain in self.chains:
            if not chain.passes_by(measured):
                chain.reach(named, group)
        named.marks |= {Mark(scope) for scope in self.scopes if self._in_scope(scope, named)}
        self.positions.give(named)
        named.test = self.test_seen in ("shown", "told")
        if concept and concept.kind in ("procedure", "result") and not self.test_seen:
            self.test_seen = "named"
        self._remember(named)
        if measured:
            self._close_started()

    def _remember(self, named: NamedConcept) -> None:
        """Names in a row stand together until something other than a link parts them."""
        self.names.append(named)
        inside = bool(self.recent) and named.token.end <= self.recent[-1].token.end
        if self.joined in ("", "aux") and not inside:
            self.recent = []
        named.join = self.joined
        self.recent.append(named)
        self.joined, self.date_cue = "", ""

    def _in_scope(self, scope: Cue, named: NamedConcept) -> bool:
        if scope is Cue.CANDIDATES:
            return "condition" in named.kinds
        if scope is Cue.PLAN:
            treated = any(chain.cue is Cue.TREATED and not chain.gap for chain in self.chains)
            return bool(named.kinds & {*TREATMENTS, "procedure"}) and not treated
        return True

    # -- cues: behind a name, else each by its own method

    def _cue(self, token: Token, following: Token | None) -> None:
        cue = token.hit.entry.cue if token.hit else None
        assert cue is not None
        if token.word == "from" and following is not None and following.form is Form.DATE:
            self.date_cue = "since"
        elif cue in (Cue.AND, Cue.OR):
            self._link("or" if cue is Cue.OR or token.word == "nor" else "and")
        elif not self._behind(cue, token, following):
            _METHODS.get(cue, Scoper._on_word)(self, cue, token, following)

    def _behind(self, cue: Cue, token: Token, following: Token | None) -> bool:
        """Whether a cue says something of the names before it."""
        if token.word == "nor":
            self._link("or")
        bracketed = self.joined == "(" and cue in (Cue.HISTORY_POST, Cue.ENDED) and bool(self.recent)
        behind = self._closely_behind(following) or bracketed
        if cue is Cue.TREATED and behind and self._begins_or_runs(token, following):
            return True
        if cue in POST and behind and self._may_stand_behind(cue, token, following):
            self._post(POST[cue], token.word)
            self._after_post(cue)
            return True
        if cue is Cue.HISTORY_POST and token.word in self.words["resolves"] and self._closes(following):
            for named in self.names:
                named.marks |= {Mark.HISTORY} if not named.marks - {Mark.SHOWS} else set()
            return True
        if cue is Cue.ENDED and self._ends_a_list(following):
            end_of_list(self.recent, token.word in self.words["ends_all"])
            self.date_cue, self.joined = "until", ""
            return True
        return False

    def _may_stand_behind(self, cue: Cue, token: Token, following: Token | None) -> bool:
        if cue in DENIALS:
            return self._closes(following)
        if token.word in self.words["likely"]:
            return following is None or following.word != "to"
        if token.word == "treated":
            return following is not None and following.form is Form.DATE
        return True

    def _ends_a_list(self, following: Token | None) -> bool:
        closes = self._closes(following) or (following is not None and following.form is Form.DATE)
        return bool(self.recent) and closes and self.recent[-1].treats

    def _closely_behind(self, following: Token | None) -> bool:
        names_next = following is not None and following.form is Form.NAME
        return bool(self.recent) and self.joined in ("", "aux") and not names_next

    def _closes(self, following: Token | None) -> bool:
        return following is None or following.form is Form.SIGN

    def _begins_or_runs(self, token: Token, following: Token | None) -> bool:
        """A treatment named before the word that it was started on a date, or that it goes on."""
        said = set(token.word.split())
        if not self.recent[-1].treats:
            return False
        if (
            said & self.words["starts"]
            and following is not None
            and (following.form is Form.DATE or following.word == "on")
        ):
            self.recent[-1].marks |= {Mark.TREATED, Mark.STARTS}
            return True
        if said & self.words["goes_on"] and self._closes(following):
            self.recent[-1].marks.add(Mark.TREATED)
            return True
        return False

    def _post(self, mark: Mark, word: str = "") -> None:
        mark_behind(self.ontology, self.recent, mark, word in self.words["negative"])

    def _after_post(self, cue: Cue) -> None:
        if cue is Cue.SHOWS:
            self._show()
        if cue is Cue.ENDED:
            self.date_cue = "until"

    def _on_denial_first(self, cue: Cue, token: Token, following: Token | None) -> None:
        """What is `negative` between a marker and a disease is the marker; behind another word or a test, who knows."""
        if token.word not in self.words["negative"]:
            self._begin(Chain(Cue.NEG))
            return
        if self.marker and _MARKER.fullmatch(self.before) and self._may_be(following, "condition"):
            return
        tested = self.recent and not self.joined and self.recent[-1].kinds & {"procedure", "result"}
        self._begin(Chain(Cue.UNCERTAIN if tested or self.marker else Cue.NEG))

    def _on_pending_first(self, cue: Cue, token: Token, following: Token | None) -> None:
        """`result pending` speaks of the test before it, wherever that ended."""
        if "result" in token.word and self.recent and self.recent[-1].kinds & {"procedure", "result"}:
            self.recent[-1].marks.add(Mark.PENDING)
            return
        self._begin(Chain(Cue.PENDING))

    def _on_chain(self, cue: Cue, token: Token, following: Token | None) -> None:
        if token.word in self.words["against"] and self.recent:
            self.recent[-1].marks.add(Mark.SUSPECTED)
            self._link("or")
        if token.word.startswith("personal"):
            self.scopes.discard(Cue.FAMILY)
        if cue in (Cue.TREATED, Cue.HISTORY, Cue.HAD, Cue.ENDED):
            self.scopes.discard(Cue.PLAN)
            self._close_started()
        if cue in DENIALS:
            self._close_started()
        self.positions.close()
        said = set(token.word.split())
        if said & self.words["exchanged"] and cue is Cue.TREATED and self.recent and self.recent[-1].treats:
            self._post(POST[Cue.ENDED], token.word)
        self.exchanged = bool(said & self.words["exchanged"]) and cue is Cue.ENDED
        lists = cue in DENIALS and token.word not in self.words["verbal_denials"]
        starts, other = bool(said & self.words["starts"]), bool(said & self.words["other"])
        self._begin(Chain(cue, starts=starts, other=other, lists=lists))

    def _on_scope(self, cue: Cue, token: Token, following: Token | None) -> None:
        if cue is Cue.FAMILY and self.recent and self.joined in ("", "(", "in"):
            self._post(Mark.FAMILY)
        if cue is Cue.PLAN and token.word in self.words["weighs"] and self._may_be(following, "condition", "finding"):
            self._begin(Chain(Cue.UNCERTAIN))
        self.scopes.add(cue)
        self.conditional = self.conditional or token.word in self.words["if"]

    def _may_be(self, following: Token | None, *kinds: str) -> bool:
        """Whether what is named next is of one of these kinds."""
        entry = following.hit.entry if following is not None and following.hit else None
        return entry is not None and any(concept.kind in kinds for concept, _ in entry.concepts[:1])

    def _on_but(self, cue: Cue, token: Token, following: Token | None) -> None:
        self._break()
        self.scopes -= {Cue.HYPOTHETICAL, Cue.PLAN, Cue.CANDIDATES}

    def _on_because(self, cue: Cue, token: Token, following: Token | None) -> None:
        self._break()

    def _on_subject(self, cue: Cue, token: Token, following: Token | None) -> None:
        """A new subject ends what was said before; the patient by name ends what was said of others as well."""
        self.chains, self.recent = [], []
        another = token.word == "patient" and self.before in ("a", "another")
        self.scopes -= set() if another else SCOPES if token.word in self.words["patient"] else {Cue.FAMILY}

    def _on_test(self, cue: Cue, token: Token, following: Token | None) -> None:
        """A test that the vocabulary lacks; what stands behind its colon or verb, or before it, is its result."""
        self.test_seen = self.test_seen or "named"
        if self._closely_behind(following):
            settled = self.lexicon.language.names.settled_by_a_test
            for named in self.recent:
                named.test = named.concept is None or named.concept.name not in settled

    def _on_since(self, cue: Cue, token: Token, following: Token | None) -> None:
        self.date_cue = "since"

    def _on_shows(self, cue: Cue, token: Token, following: Token | None) -> None:
        if self.recent and self.joined in ("", "aux") and self.recent[-1].kinds & {"procedure", "result"}:
            self.recent[-1].marks.add(Mark.SHOWS)
        self._show()

    def _on_give(self, cue: Cue, token: Token, following: Token | None) -> None:
        """Whether something may be given is read from the sentence as a whole."""

    def _on_degree(self, cue: Cue, token: Token, following: Token | None) -> None:
        self.positions.qualify(token)

    def _on_position(self, cue: Cue, token: Token, following: Token | None) -> None:
        """`low`, `normal` or `high`: of the names before it where they have none, else of those to come.

        What a test is `now` takes the place of what it was; of a finding that has another name then, nothing is sure.
        """
        last = self.recent[-1] if self.recent else None
        if self.before in self.words["now"] and last and last.position:
            last.position, last.end = POSITIONS[cue], token.end
            return
        if self.before in self.words["now"] and last and last.concept and last.concept.axis:
            last.marks.add(Mark.UNCLEAR)
            last.end = token.end
            return
        said_of_value = last is not None and Mark.MEASURED in last.marks and self._beside_value(following)
        if said_of_value or (self._closely_behind(following) and any(named.placeable for named in self.recent)):
            negated = any(chain.cue is Cue.NEG and not chain.started and not chain.gap for chain in self.chains)
            self.positions.behind(self.recent, POSITIONS[cue], token, negated)
        else:
            self.positions.lead(POSITIONS[cue], token)

    def _beside_value(self, following: Token | None) -> bool:
        """Whether a position stands between a test and its value, or behind the value at the end of its clause."""
        before = following is not None and (following.form is Form.VALUE or following.word in self.words["at"])
        return before or (self.before in self.words["behind_value"] and self._closes(following))

    def _on_word(self, cue: Cue, token: Token, following: Token | None) -> None:
        self._word(token)

    # -- between names

    def _show(self) -> None:
        self.test_seen = "shown" if self.test_seen else ""
        self._close_started()

    def _link(self, link: str) -> None:
        for chain in self.chains:
            if chain.started:
                chain.link = link
                chain.doubt = chain.doubt and link != "or"
        self.joined = link

    def _sign(self, token: Token, following: Token | None) -> None:
        word = token.word
        close = following is not None and (following.start == token.end or not self.before)
        if word == "?" and following and following.form is Form.NAME and close:
            self._close_started()
            self._begin(Chain(Cue.SUSPECTED))
        elif word == ",":
            self._link(",")
            if self.positions.waits:
                self.positions.close()
            self.chains = [chain for chain in self.chains if chain.started]
        elif word in "/&+":
            self._link("/")
        elif word == "(":
            self.joined = "("
            self.outside = list(self.chains)
        elif word == ")":
            self.chains = [chain for chain in self.chains if chain in self.outside or chain.started]
        elif word == ":":
            self._colon()
        elif word in _BREAKS:
            self._break()
        elif word not in _CLOSED:
            self.joined = word

    def _colon(self) -> None:
        if self.recent and not self.joined:
            self.recent[-1].marks.add(Mark.SHOWS)
        self.chains = [chain for chain in self.chains if not chain.started and not chain.gap]
        self.test_seen = "told" if self.test_seen else ""

    def _word(self, token: Token) -> None:
        word = token.word
        if self._cue_by_form(word) or self._listed(word):
            return
        if word == "to" and self.exchanged and self.recent and not self.joined:
            self.chains, self.exchanged = [Chain(Cue.TREATED)], False
            return
        if (word == "for" and self.dated) or (word in self.words["possessives"] and self.before == "and"):
            self._close_started()
        if word in self.words["some"]:
            self.chains = [chain for chain in self.chains if chain.cue not in DENIALS]
            return
        self.whose = self.whose or word == "whose"
        if word in self.words["presents"] and self.whose:
            self.scopes.discard(Cue.FAMILY)
        if word in self.words["persons"] and self.recent and self.joined == "":
            self._post(Mark.HYPOTHETICAL)
        if word == "in":
            self.joined = self.joined or "in"
        self._dates(word)
        self._reach(word)

    def _dates(self, word: str) -> None:
        """A word that says what the date behind it is: an end or a start."""
        for cue in ("until", "since"):
            if word in self.words[cue]:
                self.date_cue = cue

    def _reach(self, word: str) -> None:
        """What a word does to the reach of the cues before it."""
        if word in self.words["auxiliaries"]:
            self._close_started()
            self.joined = self.joined or "aux"
        elif word in self.words["closers"]:
            self._close_started()
            self.joined = self.joined or "word"
            self.positions.close()
        elif word not in self.words["fillers"]:
            self._strange()

    def _cue_by_form(self, word: str) -> bool:
        """Whether a word is a cue by its form: the cycle and day of a treatment."""
        if self.lexicon.language.patterns["word_treated"].fullmatch(word) is None:
            return False
        self._begin(Chain(Cue.TREATED))
        return True

    def _listed(self, word: str) -> bool:
        """Whether a word is a thing that the vocabulary lacks in a list that is denied: the denial goes on over it."""
        if word not in self.lexicon.customs.words or not any(chain.cue in DENIALS for chain in self.chains):
            return False
        for chain in self.chains:
            chain.started = chain.started or chain.cue in DENIALS
        self.joined = ""
        return True

    def _strange(self) -> None:
        """A word that is neither name nor cue: it counts against a chain's reach."""
        kept = []
        for chain in self.chains:
            if chain.lists:
                chain.started = True
                kept.append(chain)
                continue
            chain.gap += 1
            if chain.started and chain.cue in DENIALS:
                chain.doubt = True
                kept.append(chain)
            elif not chain.started and chain.gap <= REACH:
                kept.append(chain)
        self.chains = kept
        self.joined = self.joined or "word"
        self.positions.close()

    def _value(self) -> None:
        self.positions.close()
        self.chains = [chain for chain in self.chains if chain.cue not in DENIALS or not chain.started]

    def _date(self, token: Token) -> None:
        assert token.day is not None
        if self.recent and self.joined not in (",", ";"):
            self.recent[-1].date(token.day, self.date_cue)
        self.date_cue = ""

    def _begin(self, chain: Chain) -> None:
        """A cue sets out. One like it that has reached no name yet says nothing more: `no no no X` denies X once."""
        self.chains = [other for other in self.chains if other.started or not other.says_as(chain)]
        self.chains.append(chain)

    def _close_started(self) -> None:
        self.chains = [chain for chain in self.chains if not chain.started]

    def _break(self) -> None:
        self.chains, self.recent, self.joined = [], [], ""
        self.positions.clear()


Method = Callable[[Scoper, Cue, Token, Token | None], None]
_METHODS: Final[Mapping[Cue, Method]] = {
    **dict.fromkeys(CHAINS, Scoper._on_chain),
    **dict.fromkeys(SCOPES, Scoper._on_scope),
    **dict.fromkeys(POSITIONS, Scoper._on_position),
    Cue.DEGREE: Scoper._on_degree,
    Cue.NEG_POST: Scoper._on_denial_first,
    Cue.PENDING: Scoper._on_pending_first,
    Cue.BUT: Scoper._on_but,
    Cue.BECAUSE: Scoper._on_because,
    Cue.SUBJECT: Scoper._on_subject,
    Cue.TEST: Scoper._on_test,
    Cue.SINCE: Scoper._on_since,
    Cue.SHOWS: Scoper._on_shows,
    Cue.GIVE: Scoper._on_give,
}
