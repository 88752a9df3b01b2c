"""The words beside an answer: how far its citations lead, why there is none, what a figure is for and is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from kg.assess import FICTIONAL, NOTICE
from kg.certificate.sign_off import unsigned
from kg.ontology.compiled import Ontology
from kg.ontology.layers import is_fictional
from kg.ontology.model import Claim, RegimenPhase
from kg.questions.answer import AnsweringClaim, ClaimRole
from kg.questions.language import QuestionLanguage
from kg.questions.understand import UnderstoodQuestion

NOT_PRINTED: Final = ("", "not stated")
DRAFT: Final = "draft"


class Notices:
    """Writes notices about the claims of one ontology."""

    def __init__(self, ontology: Ontology, language: QuestionLanguage) -> None:
        self.ontology, self.language = ontology, language

    def note(self, claim: Claim) -> str:
        """What must be read with a claim: each dose with its substance, and what its figures are not."""
        doses = "; ".join(self._dose(phase) for phase in claim.regimen)
        known = self.language.cautions
        cautions = dict.fromkeys(known[effect.measure] for effect in claim.effects if effect.measure in known)
        return " ".join(part for part in (doses and f"{doses}.", claim.field("substanceNote"), *cautions) if part)

    def _dose(self, phase: RegimenPhase) -> str:
        amount = f"{phase.dose} {phase.unit.replace('[iU]', 'IU')}" if phase.dose else "no dose printed"
        rest = [phase.route, phase.frequency, phase.duration, phase.until and f"until {phase.until}"]
        printed = [part for part in rest if part not in NOT_PRINTED]
        return f"{phase.phase}: {self.ontology.label(phase.substance)} {', '.join([amount, *printed])}"

    def _read_as(self, asked: UnderstoodQuestion) -> tuple[str, ...]:
        """How misspelt words were read."""
        respelled = ", ".join(f"“{written}” as “{read}”" for written, read in asked.respelled)
        return (f"Read {respelled}.",) if respelled else ()

    # -- answers

    def covered(self, asked: UnderstoodQuestion, shown: Sequence[AnsweringClaim]) -> str:
        """Whose words the answer is, how far its markers lead, and the review state of its articles."""
        articles = sorted({item.claim.article for item in shown})
        answers = [item.claim for item in shown if item.role == ClaimRole.ANSWERS]
        said = (*self._read_as(asked), self._citations(answers), NOTICE, self._review(articles))
        said = (*said, *unsigned(self.ontology, [claim.id for claim in answers]))
        return " ".join((*self._fictional(), *said))

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
        return " ".join(
            f"Article {name} of {article.modified}: human review {article.human_review}."
            + (" It is a draft." if article.status == DRAFT else "")
            for name in names
            for article in (self.ontology.articles[name],)
        )

    # -- no answer

    def declined(self, asked: UnderstoodQuestion, reason: str, elsewhere: str) -> str:
        """Why the articles do not answer, and where one would look."""
        said = (*self._read_as(asked), f"The articles do not cover this: {reason}", elsewhere, NOTICE)
        return " ".join((*self._fictional(), *said))

    def _fictional(self) -> tuple[str, ...]:
        """What an answer begins with where fictional texts are loaded."""
        return (FICTIONAL,) if is_fictional(self.ontology) else ()
