"""Takes from a question what is said for politeness or to fill in: it says nothing of what is asked."""

from __future__ import annotations

import re
from typing import Final

from kg.questions.language import QuestionLanguage
from kg.vocabulary.mentions import Table, words

_AT_EDGES: Final = re.compile(r"^[\s,;:.!?\u2013\u2014-]+|[\s,;:\u2013\u2014-]+$")
_LEFT_OVER: Final = re.compile(r"(?<=[?.!])[\s,;:.]+$|[\s,;:]+(?=[?.,;!])")


class Courtesy:
    """The phrases of one language; a question of nothing else stays as it is."""

    def __init__(self, language: QuestionLanguage) -> None:
        self.phrases = Table([(phrase, phrase) for phrase in language.courtesy])

    def __call__(self, text: str) -> str:
        """The text without them, and without the punctuation that they leave."""
        hits = self.phrases.find(text)
        if not hits:
            return text
        found, end = [], 0
        for hit in hits:
            found.append(text[end : hit.start])
            end = hit.end
        plain = _LEFT_OVER.sub("", _AT_EDGES.sub("", "".join((*found, text[end:]))))
        return plain if words(plain) else text
