"""The words beside an answer: how far its citations lead, why there is none, what a figure is for and is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from kg.assess import NOTICE
from kg.ontology.compiled import Ontology
from kg.ontology.model import Claim, RegimenPhase
from kg.questions.answer import AnsweringClaim
from kg.questions.question_language import Customs
from kg.questions.understand import Asked

LISTED: Final = "sources"
NOT_PRINTED: Final = ("", "not stated")


class Notices:
    """Writes notices about the claims of one ontology."""

    def __init__(self, ontology: Ontology, customs: Customs) -> None:
        self.ontology, self.customs = ontology, customs

    def note(self, claim: Claim) -> str:
        """What must be read with a claim: each dose with its substance, and what its figures are not."""
        doses = "; ".join(self._dose(phase) for phase in claim.regimen)
        cautions = dict.fromkeys(
            self.customs.cautions[effect.measure] for effect in claim.effects if effect.measure in self.customs.cautions
        )
        return " ".join(part for part in (doses and f"{doses}.", claim.field("substanceNote"), *cautions) if part)

    def _dose(self, phase: RegimenPhase) -> str:
        amount = f"{phase.dose} {phase.unit.replace('[iU]', 'IU')}" if phase.dose else "no dose printed"
        rest = [phase.route, phase.frequency, phase.duration, phase.until and f"until {phase.until}"]
        printed = [part for part in rest if part not in NOT_PRINTED]
        return f"{phase.phase}: {self.ontology.label(phase.substance)} {', '.join([amount, *printed])}"

    def _read_as(self, asked: Asked) -> tuple[str, ...]:
        """How words were read that are no name of what they were read as."""
        respelled = ", ".join(f"“{written}” as “{read}”" for written, read in asked.respelled)
        said = [f"Read {respelled}."] if respelled else []
        return (*said, *(self._wider(written, concept) for written, concept in asked.narrower))

    def _wider(self, written: str, concept: str) -> str:
        return f"“{written}” has no entry of its own and was read as {self.ontology.label(concept)}."

    # -- answers

    def covered(self, asked: Asked, claims: Iterable[AnsweringClaim]) -> str:
        """Whose words the answer is, how far its markers lead, and the review state of its articles."""
        shown = list(claims)
        articles = sorted({item.claim.article for item in shown})
        answers = [item.claim for item in shown if item.role == "answers"]
        return " ".join((*self._read_as(asked), self._citations(answers), NOTICE, self._review(articles)))

    def _citations(self, claims: Sequence[Claim]) -> str:
        listed = sum(any(marker.reference for marker in claim.markers) for claim in claims)
        unlisted = sum(bool(claim.markers) for claim in claims) - listed
        none = len(claims) - listed - unlisted
        parts = [
            f"{count} {words}"
            for count, words in (
                (listed, "with a marker matched to the list of references by its position"),
                (unlisted, "with markers that lead to no listed source"),
                (none, "without a marker"),
            )
            if count
        ]
        return f"Citations of the claims that answer: {', '.join(parts)}."

    def _review(self, names: Iterable[str]) -> str:
        found = [self.ontology.articles[name] for name in names]
        return " ".join(f"Article {a.id} of {a.modified}: human review {a.human_review}." for a in found)

    # -- no answer

    def declined(self, asked: Asked) -> str:
        """Why the articles do not answer."""
        return " ".join((*self._read_as(asked), f"The articles do not cover this: {self._why(asked)}", NOTICE))

    def _why(self, asked: Asked) -> str:
        if asked.unstated:
            return f"no claim of theirs states: {', '.join(asked.unstated)}."
        if asked.unknown:
            return f"they say nothing of {', '.join(f'“{word}”' for word in asked.unknown)}."
        if asked.intents[0].name == LISTED:
            return self._unlisted(asked)
        about = ", ".join(self.ontology.label(name) for name in dict.fromkeys((*asked.concepts, *asked.absent)))
        if asked.vague:
            return f"the question does not say what it asks{f' of {about}' if about else ''}."
        what = asked.intents[0].name.replace("_", " ")
        return f"no claim of theirs answers it (asked: {what}{f'; about: {about}' if about else ''})."

    def _unlisted(self, asked: Asked) -> str:
        """Why there is no reference: no list, no such entry, or markers that lead to none."""
        articles = asked.articles or tuple(self.ontology.articles)
        counts = {name: self._listed(name) for name in articles}
        if asked.concepts or (asked.words and asked.number is None):
            return "no claim about it has a marker that leads to a listed source."
        parts = [f"article {name} lists {count or 'no'} references" for name, count in counts.items()]
        number = "" if asked.number is None else f" (asked: {asked.number})"
        return f"{', '.join(parts)}{number}."

    def _listed(self, article: str) -> int:
        return sum(reference.article == article for reference in self.ontology.references.values())
