"""Questions about medicine, with no patient in them: understand → retrieve → rank → decide → compose.

language (ontology/questions.yaml) ← courtesy, tokens ← claim_index ← understand ← retrieve ← features ← rank ← decide
← declining, compose
"""

from kg.questions.answer import Answer, AnsweringClaim
from kg.questions.answering import Asker

__all__ = ["Answer", "AnsweringClaim", "Asker"]
