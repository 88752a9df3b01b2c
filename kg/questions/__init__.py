"""Questions about medicine, with no patient in them: intent and concepts, a query of `queries/`, the claims it finds.

customs (ontology/questions.yaml) ← spelling ← understand: what is asked ← search: which query answers ← notices ← asker
"""

from kg.questions.answer import Answer, AnsweringClaim
from kg.questions.answering import Asker

__all__ = ["Answer", "AnsweringClaim", "Asker"]
