"""Sentences that deny, open, or date a condition beside others that no vocabulary has.

The patterns follow the lists of NegEx (Chapman et al. 2001) and ConText (Harkema et al. 2009): before and behind the
condition, in lists, with terminators, and with what only looks like a denial.
"""

from __future__ import annotations

import random
from typing import Final

UNKNOWN: Final = (
    "otorrhoea",
    "xerostomia",
    "trismus",
    "odynophagia",
    "tenesmus",
    "singultus",
    "hyperhidrosis",
    "anosmia",
    "ageusia",
    "photophobia",
    "phonophobia",
    "diplopia",
    "ptosis",
    "proptosis",
    "epiphora",
    "chemosis",
    "hoarseness",
    "stridor",
    "orthopnoea",
    "platypnoea",
    "claudication",
    "amaurosis",
    "livedo",
    "koilonychia",
    "leukonychia",
    "onycholysis",
    "xanthelasma",
    "gynaecomastia",
    "galactorrhoea",
    "hirsutism",
    "polydipsia",
    "polyphagia",
    "nocturia",
    "strangury",
    "pneumaturia",
    "dyspareunia",
    "menorrhagia",
    "oligomenorrhoea",
    "myoclonus",
    "asterixis",
    "dysarthria",
    "nystagmus",
    "apraxia",
    "agnosia",
    "alopecia",
    "intertrigo",
    "pyoderma",
    "erythema nodosum",
    "night cramps",
    "neck stiffness",
)
KNOWN: Final = {
    "fever": "fever", "night sweats": "night_sweats", "weight loss": "weight_loss", "splenomegaly": "splenomegaly",
    "lymphoma": "lymphoma", "cirrhosis": "cirrhosis", "myelodysplastic syndrome": "mds", "leukopenia": "leukopenia",
    "thrombocytopenia": "thrombocytopenia", "metastatic disease": "metastatic_disease", "anaemia": "anemia",
}  # fmt: skip
DENIED: Final = (
    "No {k}.",
    "No {x} or {k}.",
    "No {x}, {y} or {k}.",
    "No {k}, {x} or {y}.",
    "No evidence of {x}, {y} or {k}.",
    "No evidence of {k}.",
    "There is no {x}, {k} or {y}.",
    "There was no evidence of {x} or {k}.",
    "Denies {x}, {y}, {k}.",
    "She denies {x}, {k} and {y}.",
    "Denied {x} and {k}.",
    "He denies any {x}, {y} or {k}.",
    "Without {x}, {y} or {k}.",
    "Without evidence of {k} or {x}.",
    "Negative for {x}, {y} and {k}.",
    "ROS negative for {x}, {k}, {y}.",
    "Free of {x} and {k}.",
    "Absence of {x}, {y} and {k}.",
    "No signs of {x} or {k}.",
    "No sign of {k}.",
    "No symptoms of {x} or {k}.",
    "No history of {x}, {y} or {k}.",
    "No known {x} or {k}.",
    "Neither {x} nor {k}.",
    "Has no {x}, no {y} and no {k}.",
    "No {x}, no {k}.",
    "No {x}; no {k}.",
    "{K} was ruled out.",
    "{K} is absent.",
    "{K}: absent.",
    "{K}: none.",
    "{K} not found.",
    "{K} not present.",
    "No {x} / {y} / {k}.",
    "No clinical evidence of {x} or {k}.",
    "No new {x} or {k}.",
    "No further {x} or {k}.",
    "She has not had {x} or {k}.",
    "No complaints of {x}, {y} or {k}.",
    "No current {x} or {k}.",
    "Nil {x}, nil {k}.",
    "No suspicious {x} and no {k}.",
    "Patient denies {x}, {y}, {x} or {k}.",
    "No significant {x}, {y} or {k}.",
    "No obvious {k}.",
    "No overt {x} or {k}.",
)
STATED: Final = (
    "{K} and {x}.",
    "Has {x}, {y} and {k}.",
    "Presents with {k} and {x}.",
    "No {x} but {k}.",
    "Denies {x}, but has {k}.",
    "No {x}. {K}.",
    "{K} without {x}.",
    "{K}, no {x}.",
    "Denies {x} although {k} is present.",
    "No {x}; {k} noted.",
    "There is {k} but no {x} or {y}.",
    "{K} with no {x}.",
    "No increase in {k}.",
    "Not only {x} but also {k}.",
)
FRAME: Final = "62-year-old woman, Hb 10.1 g/dL. {sentence} WBC 4.0 x10^9/L."


def sentences(count: int, seed: int) -> list[tuple[str, str, bool]]:
    """Texts with the code of the known condition, and whether it is denied."""
    rng = random.Random(seed)
    patterns = [(pattern, True) for pattern in DENIED] + [(pattern, False) for pattern in STATED]
    found = []
    for number in range(count):
        pattern, denied = patterns[number % len(patterns)]
        known = rng.choice(sorted(KNOWN))
        x, y = rng.sample(UNKNOWN, 2)
        sentence = pattern.format(k=known, K=known.capitalize(), x=x, y=y)
        found.append((FRAME.format(sentence=sentence[0].upper() + sentence[1:]), KNOWN[known], denied))
    return found
