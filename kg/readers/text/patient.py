"""Whether a text speaks of one patient, who that is, and which names a question only asks about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from kg.readers.text.cues import Cue
from kg.readers.text.entries import Draft
from kg.readers.text.marks import Mark
from kg.readers.text.named import NamedConcept
from kg.readers.text.people import introduction, speaks_of_one
from kg.readers.text.reading import Span
from kg.readers.text.segments import MAY_IT, Heading, Segment
from kg.readers.text.tokens import Scan

_AUXILIARY: Final = re.compile(
    r"\s*(?:and\s+)?(?:has|have|is|are|was|can|could|does|do|did|should|may|might|would|will|must|shall)\b",
    re.IGNORECASE,
)
_OPEN_QUESTION: Final = re.compile(r"[\s\W]{0,9}(?:what|how|why|which)\b", re.IGNORECASE)
_IN_GENERAL: Final = re.compile(
    r"[\s\W]{0,9}(?:(?:and|so|but|also|then)\s+)?(?:(?:in|for|to|with|under|at|by|on|after|before|until)\s+)?"
    r"(?:what|how|why|which|when|who|whom|whose|where)\b(?!\s+(?:about|not)\b)",
    re.IGNORECASE,
)
_MAIN_VERB: Final = re.compile(
    r"(?<!who )(?<!that )(?<!not )(?<!to )\b(?:have|develop|need|require|receive|get|take|be|undergo|start|"
    r"benefit|got|developed|likely|suffering|eligible)\b",
    re.IGNORECASE,
)
_PREDICATES: Final = re.compile(r"\s*(?:and\s+)?(?:is|are|was|has|have|had)\b", re.IGNORECASE)
_THE: Final = re.compile(r"\b(?:the|this|her|his|my)\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE)
_TELLS: Final = re.compile(
    r"\b(?:with|who|whose|on|aged|given|because|since|after|taking|having|without)\b|[,(:]", re.IGNORECASE
)
_IS_ON: Final = re.compile(
    r"\s*(?:(?:still|currently|now)\s+)?(?:on|taking|receiving)(?:\s+[\w-]+){1,3}\s*\?\W*", re.IGNORECASE
)
_POSSESSIVE: Final = re.compile(
    r"\b(?:her|his|my|our|(?:the|this)\s+patient['’]?s)\s+"
    r"(?:(?!(?:be|being|been|is|are|was|have|has|had|due|to|from|of|an?|mean|means|and|or|with|by|in|on)\b)[\w-]+\s+){0,2}$",
    re.IGNORECASE,
)
_ALTERNATIVES: Final = re.compile(
    r"(?:\s*(?:/|,?\s*\bor\b|\bvs\b\.?|\bversus\b)\s*(?:[\w'-]+\s*){1,4})*"
    rf"(?P<may>\s+{MAY_IT})?\s*\?\W*",
    re.IGNORECASE,
)
_I: Final = re.compile(r"\bI\s+(?:am|have|had|was|take|feel|got|lost)\b|\bI['’](?:m|ve)\b")
_GENERAL: Final = re.compile(
    r"\b(?:patients|people|women|men|adults|children|individuals|survivors|those|persons)\b|\b(?:is|are|can|may|means?|causes?|indicates?|suggests?)\b",
    re.IGNORECASE,
)
_ARTICLE: Final = re.compile(r"\b(?:an?|any)\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE)
_LISTS: Final[Mapping[str, str]] = {
    "medication": "treatments", "medications": "treatments", "medicine": "treatments", "medicines": "treatments",
    "meds": "treatments", "drug": "treatments", "drugs": "treatments", "treatment": "treatments",
    "treatments": "treatments",
    "med": "treatments", "supplements": "treatments", "therapy": "treatments", "therapies": "treatments",
    "problem": "diagnoses", "problems": "diagnoses", "diagnosis": "diagnoses", "diagnoses": "diagnoses",
    "conditions": "diagnoses", "comorbidities": "diagnoses", "history": "history", "pmh": "history",
    "procedures": "procedures", "procedure": "procedures", "operations": "procedures", "surgeries": "procedures",
    "surgical history": "procedures", "symptoms": "findings", "symptom": "findings", "findings": "findings",
    "labs": "measurements", "laboratory": "measurements", "measurements": "measurements", "lab results": "measurements",
    "plans": "plans", "plan": "plans",
}  # fmt: skip
_WORD: Final = "|".join(sorted(_LISTS, key=len, reverse=True))
_COMPLETE: Final = re.compile(
    rf"\b(?:complete(?:\s+and\s+verified)?\s+(?:verified\s+)?(?:list\s+of\s+)?(?P<l1>{_WORD})(?:\s+list)?\b(?!\s+(?:not|in)\w*)"
    rf"|(?P<l2>{_WORD})(?:\s+(?:list|record|history|review))?\s*(?:\((?!\s*(?:verified\s+)?complete)[^)]*\)\s*)?(?:[:,(]\s*)?(?:(?:including|incl\.?|with)\s+(?:all\s+)?\w+\s+)?(?:is\s+|are\s+|was\s+|has\s+been\s+)?"
    rf"(?:(?:verified|confirmed|checked|reviewed)\s+(?:to\s+be\s+|as\s+|and\s+)?)?complete\b(?:\s+list\s*\))?(?:\s*\))?"
    rf"|\ball\s+(?P<l3>{_WORD})\s+(?:are\s+)?listed\b"
    rf"|\bno\s+other\s+(?:current\s+|regular\s+)?(?P<l4>medications?|medicines?|meds|drugs?|treatments?|supplements|comorbidities|diagnoses|problems|procedures|operations|symptoms)\b"
    rf"|\b(?:(?:takes|on|taking)\s+no|no)\s+(?:regular\s+|current\s+)?(?P<l5>medications?|medicines?|meds|drugs)\b(?!\s+\w+ing)"
    rf"|(?P<any>\blist\s+(?:is\s+|was\s+|has\s+been\s+)?(?:verified|confirmed|checked)?\s*(?:as\s+|to\s+be\s+)?complete\b))",
    re.IGNORECASE,
)
_INCOMPLETE: Final = re.compile(r"\b(?:not|isn['’]t|never|in)[\s-]*$", re.IGNORECASE)


class Addressed:
    """What one segment asks: what stands before the patient is brought in, and what follows the question's verb.

    An open question (`what`, `how`, `why`) takes findings and values for granted, wherever they stand; one that is
    answered by yes or no does not.
    """

    def __init__(self, text: str, segment: Segment, patterns: Mapping[str, re.Pattern[str]]) -> None:
        self.text, self.segment, self.patterns = text, segment, patterns
        self.intro = introduction(text, segment.start, segment.end) if segment.asks else None
        self.opened = _OPEN_QUESTION.match(text, segment.start) is not None
        self.verb = -1
        if self.intro and _AUXILIARY.match(text, segment.start):
            verb = _MAIN_VERB.search(text, self.intro[1], segment.end)
            self.verb = verb.start() if verb else -1
        self.predicate = self._predicate() if self.intro else range(0)

    def _predicate(self) -> range:
        """What `is this patient ...?` asks, up to what it tells of the patient."""
        assert self.intro is not None
        if not _PREDICATES.match(self.text, self.segment.start):
            return range(0)
        start, end = self.intro[1], self.segment.end
        tells = _TELLS.search(self.text, start, end)
        if tells is None or _IS_ON.fullmatch(self.text, start, end):
            return range(start, end)
        return range(start, tells.start())

    @property
    def of_the_patient(self) -> bool:
        """Whether the question is about the patient of the text."""
        return (
            bool(self.intro)
            or self.patterns["deictic"].search(self.text, self.segment.start, self.segment.end) is not None
        )

    @property
    def of_a_rule(self) -> bool:
        """Whether it asks when, why or in whom something holds, and not whether it does in the patient of the text."""
        return not self.of_the_patient and _IN_GENERAL.match(self.text, self.segment.start) is not None

    def asks_about(self, named: NamedConcept) -> bool:
        """Whether a name is only asked about."""
        start = named.token.start
        if self.segment.mark and self._last(named):
            return True
        if not self.segment.asks:
            return False
        before = self.text[self.segment.start : start]
        kind = named.concept.kind if named.concept else ""
        if self.intro:
            told = self.opened and (kind == "finding" or bool(named.position) or Mark.MEASURED in named.marks)
            return (start < self.intro[0] and not told) or 0 <= self.verb < start or start in self.predicate
        cause = self.patterns["cause"].search(self.text, start, named.token.end)
        if kind in ("finding", "analyte", "condition") and not cause and _POSSESSIVE.search(before):
            return False
        return not self._told(named, before)

    def asks_of_a_value(self, named: NamedConcept) -> bool:
        """Whether it asks if a value is low, normal or high."""
        return self.segment.asks and not self.opened and Mark.MEASURED in named.marks and bool(named.position)

    def _told(self, named: NamedConcept, before: str) -> bool:
        """A value in a question is told of the patient, unless it stands in general terms (`a level of ...`)."""
        general = _ARTICLE.search(before) or (_GENERAL.search(before) and not _THE.search(before))
        return Mark.MEASURED in named.marks and not general

    def _last(self, named: NamedConcept) -> bool:
        """Whether a name, or the last of alternatives, ends a statement with a question mark, or `... safe?` does."""
        match = _ALTERNATIVES.fullmatch(self.text, named.token.end, self.segment.end)
        return match is not None and (not self.segment.asks or match["may"] is not None)


def addressed(text: str, parts: Sequence[Segment], draft: Draft, scan: Scan, told: Sequence[NamedConcept]) -> bool:
    """Whether the text states a fact of one patient."""
    if draft.age or draft.sex or speaks_of_one(text):
        return True
    if introduction(text, 0, len(text)) or _I.search(text):
        return True
    if any(hit.entry.cue in (Cue.TREATED, Cue.NEVER) and not _in_question(hit.start, parts) for hit in scan.hits):
        return bool(told)
    if any(Mark.MEASURED in named.marks for named in told):
        return True
    return _fragments(text, parts, told)


def _in_question(place: int, parts: Sequence[Segment]) -> bool:
    return any(part.asks and part.start <= place < part.end for part in parts)


def _fragments(text: str, parts: Sequence[Segment], told: Sequence[NamedConcept]) -> bool:
    """Two findings or diagnoses in statements that speak of nobody in general, or a finding and a denial."""
    inside: set[int] = set()
    for part in parts:
        if not part.asks and not _GENERAL.search(text, part.start, part.end):
            inside |= {
                named.token.start for named in told if part.start <= named.token.start < part.end and _weighs(named)
            }
    return len(inside) >= 2


def _weighs(named: NamedConcept) -> bool:
    kinds = ("finding", "condition", "result", "suspicion", "therapy", "drug")
    return bool(named.position) or named.concept is None or named.concept.kind in kinds


def completeness(text: str, heads: Sequence[Heading]) -> dict[str, Span]:
    """The lists that a text declares complete (P17), with the span that says so."""
    found: dict[str, Span] = {}
    for match in _COMPLETE.finditer(text):
        if _INCOMPLETE.search(text, max(0, match.start() - 8), match.start()):
            continue
        word = next((match[f"l{n}"] for n in range(1, 6) if match[f"l{n}"]), "")
        name = _list_of(word.casefold()) if word else _under(match.start(), heads)
        if name:
            found.setdefault(name, Span(match.start(), match.end()))
    return found


def _list_of(word: str) -> str:
    return _LISTS.get(word) or _LISTS.get(word.rstrip("s")) or _LISTS.get(word + "s", "")


def _under(place: int, heads: Sequence[Heading]) -> str:
    lists = frozenset(_LISTS.values())
    before = [head.category for head in heads if head.name_start < place and head.category in lists]
    return before[-1] if before else "treatments"
