"""What the claims say of sentences, as JSON data (docs/contract.md, `POST /v1/verify`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kg.questions.verification import JudgedSentence


def verification_json(found: Iterable[JudgedSentence]) -> dict[str, Any]:
    """Each sentence with its verdict, the claims by id, in what it differs, and the passages by place and digest."""
    return {"sentences": [_sentence(item) for item in found]}


def _sentence(item: JudgedSentence) -> dict[str, Any]:
    return {
        "text": item.text,
        "verdict": str(item.verdict),
        "claims": [claim.id for claim in item.claims],
        "differs_in": list(item.differs_in),
        "passages": [
            {
                "article": claim.article,
                "section": claim.passage.section,
                "start": claim.passage.start,
                "end": claim.passage.end,
                "digest": claim.passage.digest,
            }
            for claim in item.claims
        ],
    }
