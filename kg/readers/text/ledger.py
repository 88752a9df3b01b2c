"""The stage of the ledger: every clinical word of a text is used, known and outside, or not understood."""

from __future__ import annotations

from dataclasses import replace

from kg.facts.origins import Origin, TextSpan
from kg.facts.patient import PatientFacts
from kg.readers.text.document import Document, Layers
from kg.readers.text.meaning import REASONS
from kg.readers.text.patient import Addressed
from kg.readers.text.reading import Mention, Sense, Span, TextKind, TextReading, UnreadSpan
from kg.readers.text.resolved import Resolved
from kg.readers.text.unread import apart, leftover


def ledger(document: Document) -> Layers:
    """The reading of a text, with every span of it as one of the text as given."""
    return {"reading": _Ledger(document).close()}


class _Ledger:
    """The ledger of one document."""

    def __init__(self, document: Document) -> None:
        assert document.resolved is not None
        assert document.scan is not None
        self.document, self.text, self.segments = document, document.seen, document.segments
        self.resolved: Resolved = document.resolved
        self.mentions = self.resolved.mentions

    def close(self) -> TextReading:
        draft, about = self.resolved.draft, self.resolved.about
        unread = apart((*draft.unread, *(leftover(self.document, draft) if about else ())))
        general = self._general()
        # whoever is brought in by a question and of whom nothing is said is nobody in particular
        remarks = all(item.reason == REASONS[Sense.HYPOTHETICAL] for item in unread)
        about = about and not (
            self.resolved.facts.says_nothing and remarks and all(part.asks for part in self.segments)
        )
        left = tuple(sorted(self._unread(item) for item in unread)) if about else ()
        return TextReading(
            text=self.document.text,
            case=self.resolved.case,
            origins={path: self._span(span) for path, span in self.resolved.origins.items()},
            facts=self._facts(left),
            not_understood=left,
            mentions=tuple(self._mention(item) for item in self.mentions),
            kind=TextKind.QUESTION if not about else TextKind.BOTH if general else TextKind.CASE,
            questions=tuple(self._span(Span(s.start, s.end)) for s in self.segments if s.asks or s.mark),
            general=tuple(map(self._span, general)),
        )

    # -- spans of the view as spans of the text as given

    def _span(self, span: Span) -> Span:
        return Span(*self.document.view.given(span.start, span.end))

    def _mention(self, item: Mention) -> Mention:
        start, end = self.document.view.given(item.start, item.end)
        return replace(item, start=start, end=end)

    def _unread(self, item: UnreadSpan) -> UnreadSpan:
        start, end = self.document.view.given(item.start, item.end)
        return replace(item, start=start, end=end, text=self.document.text[start:end])

    def _facts(self, left: tuple[UnreadSpan, ...]) -> PatientFacts:
        facts = self.resolved.facts
        return replace(
            facts,
            facts=tuple(replace(fact, origin=self._origin(fact.origin)) for fact in facts.facts),
            measurements=tuple(replace(item, origin=self._origin(item.origin)) for item in facts.measurements),
            unread=(
                *(item.fact for item in left),
                *(replace(item, origin=self._origin(item.origin)) for item in facts.unread),
            ),
        ).ordered()

    def _origin(self, origin: Origin | None) -> Origin:
        assert isinstance(origin, TextSpan)
        return TextSpan(*self.document.view.given(origin.start, origin.end))

    def _general(self) -> tuple[Span, ...]:
        """The sentences that ask about medicine and not about the patient."""
        own = {mention.start for mention in self.mentions if mention.sense is Sense.ASKED}
        asked = dict.fromkeys(
            place.segment
            for place in self.document.places
            if place.sense is Sense.ASKED and place.named.token.start in own
        )
        return tuple(
            Span(segment.start, segment.end)
            for segment in asked
            if segment.asks
            and not Addressed(self.text, segment, self.document.lexicon.language.patterns).of_the_patient
        )
