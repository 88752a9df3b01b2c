"""What brings a patient and is not what the articles are about is said to be so: fifty presentations."""

from __future__ import annotations

import pytest

from assessing import KNOWLEDGE
from fixtures import TODAY
from kg.ask import ask
from kg.assess.alerts import AlertKind

PRESENTATIONS = """
crushing chest pain with sweating
ST elevation in the inferior leads, troponin 4200 ng/L
facial droop and slurred speech since this morning
thunderclap headache and vomiting
generalised seizure lasting six minutes
potassium 6.9 mmol/L and peaked T waves
sodium 112 mmol/L and drowsiness
glucose 1.9 mmol/L, unresponsive
calcium 3.6 mmol/L and confusion
lactate 7 mmol/L, blood pressure 70/40 mmHg
haematemesis and melaena
acute abdominal pain with guarding
bloody diarrhoea for a week
jaundice with asterixis
swollen painful calf after a flight
haemoptysis and tachycardia
wheeze and stridor, oxygen saturation 81 %
facial swelling and urticaria after a bee sting
paracetamol overdose last night
suicidal ideation with a plan
fractured hip after a fall
stab wound to the flank
burns to both arms
diplopia and ptosis
sudden loss of vision in one eye
acute urinary retention and back pain
haematuria and loin pain
testicular torsion suspected
purulent wound and cellulitis
meningism and photophobia
tonsillitis with trismus
cough with purulent sputum, CRP 210 mg/L
dysuria and rigors, nitrite positive
INR 9 on warfarin with epistaxis
fibrinogen 0.4 g/L with oozing
D-dimer 9000 ng/mL and dyspnoea
amylase 1900 U/L and epigastric pain
ammonia 180 umol/L and lethargy
cortisol 40 nmol/L with hypotension
TSH 88 mU/L with bradycardia
lipase 2200 U/L
bilirubin 380 umol/L with pruritus
ketones 6 mmol/L and polyuria
hyperthermia of 41 degrees with rigidity
palpitations, atrial fibrillation at 170/min
syncope with bradycardia of 32/min
orthopnoea and pulmonary oedema
psoriasis flare with arthritis
migraine with aura
tinnitus and vertigo
""".strip().splitlines()


def test_there_are_fifty() -> None:
    assert len(set(PRESENTATIONS)) == 50


@pytest.mark.parametrize("presentation", PRESENTATIONS)
def test_a_presentation_that_no_article_knows_is_outside(presentation: str) -> None:
    reply = ask(KNOWLEDGE, f"57-year-old woman with {presentation}. Hb 129 g/L.", TODAY, with_branches=False)
    assert reply.assessment is not None
    assert AlertKind.OUTSIDE_SCOPE in [item.kind for item in reply.assessment.alerts]
