"""Words that say how something is meant: language, not medicine."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Cue(StrEnum):
    """What a cue does to the concepts near it."""

    NEG = "neg"
    NEVER = "never"
    NEG_POST = "neg_post"
    FAMILY = "family"
    HISTORY = "history"
    HAD = "had"
    HISTORY_POST = "history_post"
    TREATED = "treated"
    ENDED = "ended"
    SUSPECTED = "suspected"
    UNCERTAIN = "uncertain"
    CANDIDATES = "candidates"
    HYPOTHETICAL = "hypothetical"
    PLAN = "plan"
    GIVE = "give"
    PENDING = "pending"
    WITHHELD = "withheld"
    DONE = "done"
    SHOWS = "shows"
    BECAUSE = "because"
    BUT = "but"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    DEGREE = "degree"
    ALLERGY = "allergy"
    SUBJECT = "subject"
    AND = "and"
    OR = "or"
    SINCE = "since"
    TEST = "test"
    LASTING = "lasting"


_PHRASES: Final[Mapping[Cue, str]] = {
    Cue.NEG: (
        "no | not | without | don't | do not | don't have | do not have | haven't | have not | haven't got | have "
        "no | didn't have | aren't | wasn't | weren't | am not | neg for | negative of | not known to have | not "
        "known for | denies having | denies any | doesn't | does not |  denies | denied | denying | negative for | "
        "absence of | free of | free from | no evidence of | no evidence for | no signs of | no sign of | no known "
        "| neither | nor | non | does not have | doesn't have | did not have | hasn't | isn't | no longer | has no "
        "| had no | with no | nil | no current | no other | no new | cannot see | no more | lacks | lacking | "
        "nothing like"
    ),
    Cue.NEVER: (
        "never | never had | has never had | never received | never took | never been on | no prior | no previous | "
        "no past | has never received | has not had | has not received | no past history of | no previous history "
        "of | no prior history of"
    ),
    Cue.NEG_POST: (
        "not done | not yet done | not done yet | not performed | not yet performed | not been done | has not been "
        "done | has not been performed | was not done | was not performed | never done | absent | negative | neg | "
        "nonreactive | non reactive |  ruled out | excluded | not present | not seen | not found | none | not "
        "detected | was not found | not identified | are not seen | undetectable | free"
    ),
    Cue.FAMILY: (
        "mother | father | sister | sisters | brother | brothers | parent | parents | aunt | uncle | mum | mom | "
        "dad | grandmother | grandfather | grandparent | grandparents | cousin | cousins | son | daughter | sibling "
        "| siblings | relative | relatives | niece | nephew | twin | husband | wife | spouse | family | family "
        "history | fh | fhx | family history of | mother's | father's | first degree relative | in the family | "
        "runs in the family | familial | maternal | paternal"
    ),
    Cue.HISTORY: (
        "history of | hx | pmh | pmhx | past medical history | h/o | hx of | past history of | previous | "
        "previously | prior | past | former | formerly | s/p | status post | treated for | cured of | "
        "recovered from | in remission from | survivor of | previously treated for | past medical history of | "
        "known history of | a history of | earlier | remote | remote history of | personal history of | "
        "previous history of | prior history of | years after | previously had | who had previously | "
        "survived | medical history of | personal hx of | personal history"
    ),
    Cue.HAD: (
        "had | received | has received | underwent | has undergone | has had | after | following | post | got | was "
        "given | having had | having received | years of"
    ),
    Cue.HISTORY_POST: (
        "survivor | treated | treated in | in remission | resolved | cured | in the past | in childhood | in "
        "complete remission | history | has resolved | has gone | is gone | has disappeared | went away | "
        "years previously | treated successfully | successfully "
        "treated | in cr"
    ),
    Cue.TREATED: (
        "on | i take | and take | i'm on | i am on | takes | taking | receiving | receives | started on | is on | "
        "maintained on | prescribed | continues | continues on | continued on | under | using | uses | started | is "
        "receiving | is taking | commenced on | commenced | currently taking | currently receiving | has been on | "
        "has been taking | undergoing | current | ongoing | concurrent | takes daily | is treated with | being "
        "treated with | currently treated with | was started on | began | has started | switched to | was "
        "switched to | changed to | was changed to | replaced by | was replaced by | replaced with | "
        "converted to | was converted to"
    ),
    Cue.ENDED: (
        "last cycle | last dose | last course | last given | last received | final cycle | final dose | stopped | "
        "finished | completed | discontinued | ceased | ended | has ended | was stopped | off | came off | has "
        "finished | has completed | has stopped | is over | is finished | was discontinued | is completed | was "
        "completed | were stopped | now finished | now stopped | has been stopped | switched from | was "
        "switched from | changed from | was changed from | converted from"
    ),
    Cue.SUSPECTED: (
        "suspected | suspect | suspects | suspicion of | suspicion for | suspicious for | presumed | probable | "
        "concern for | concerning for | concerned about | clinical suspicion of | we suspect | i suspect | "
        "suspecting | is suspected | strongly suspect | thinks this is | think this is | thinks it is | think it is | "
        "believes this is | believe this is | believes it is | believe it is"
    ),
    Cue.UNCERTAIN: (
        "possible | possibly | probably | likely | unlikely | perhaps | questionable | cannot exclude | "
        "can't exclude | might have | may have | could have | maybe | unclear | uncertain | equivocal | "
        "is possible | is likely | is unlikely | not certain | not excluded | versus | vs | consistent with | "
        "suggestive of | suggests | suggesting | compatible with | indicates | could be | may be | might be | "
        "rules out | excludes | excluding | query | cannot be excluded | can not be excluded | unknown | "
        "not known | status unknown | unsure | borderline | not sure | doubtful | apparent | reportedly | "
        "points to | no information on | no information about"
    ),
    Cue.CANDIDATES: (
        "differential diagnosis | ddx | dd | differential includes | differential diagnosis includes | "
        "differentials include | differential is | differential between | differential of | possibilities include | "
        "possibilities are | possible causes | possible causes include | possible diagnoses | diagnoses considered"
    ),
    Cue.HYPOTHETICAL: (
        "if | target | aim for | goal | below which | cut off | threshold | in case of | in the event of | risk of "
        "| at risk of | at risk for | what if | unless | rule out | r/o | to exclude | exclude | screen for | "
        "screening for | test for | tests for | testing for | look for | looking for | evaluate for | assess for | "
        "to prevent | prevent | would | investigate for | check for | worried about | worry about | worries about | "
        "worrying about | anxious about | scared of | fears | feared | fearful of | read about | afraid of | fear "
        "of | ruling out | in order to exclude | advised about | warned about | counselled about | prophylaxis "
        "against | check | recheck | patients with | patients who | patients on | in patients | people with | "
        "people who | women with | men with | those with | depending on | whether | assuming | suppose | evaluation "
        "for | investigation for"
    ),
    Cue.PLAN: (
        "plan | under discussion | is under discussion | being discussed | is being discussed | discussed | under "
        "consideration | in question | plans | planned | planning | considering | consider | considered | being "
        "considered | thinking of | thinking about | intend to | intends to | going to | about to | scheduled for | "
        "scheduled | to start | to begin | recommend | recommended | propose | proposed | candidate for | due to "
        "start | to receive | will | want to | wants to | would like to | plan to | plans to | is planned | are "
        "planned | to be started | is being considered | are being considered | for consideration of | "
        "contemplating | wish to | ordered | requested | booked | arranged | eligible for | we could start | to be "
        "given | is scheduled | wondering about"
    ),
    Cue.GIVE: (
        "help | work | be worth | be useful | be an option | be beneficial | be given | be used | be started | be "
        "continued | be added | be offered | be resumed | give | start | use | prescribe | offer | add | begin | "
        "receive | have | get | indicated | contraindicated | allowed | safe | treat | continue | restart | okay | "
        "ok | appropriate | giving | starting | benefit from | take | permitted | permissible | initiate | "
        "administer | try | candidate | acceptable | resume | switch to"
    ),
    Cue.PENDING: (
        "pending | awaited | awaiting | outstanding | not back | not back yet | not yet back | is pending | are "
        "pending | result pending | results pending | result awaited | results awaited | not yet available | still "
        "pending | waiting for | to follow"
    ),
    Cue.WITHHELD: (
        "hold | held | withhold | withheld | on hold | avoid | avoided | avoiding | declined | declines | "
        "refused | refuses | do not give | do not start | don't give | don't start | don't use | do not use | "
        "not to give | not for | never give | against giving | not a candidate for | unsuitable for | "
        "not suitable for | contraindicated for | stop | stopping | to stop | discontinue | discontinuing | "
        "to discontinue | cease | ceasing | holding | pause | pausing | paused | suspend | suspending | "
        "suspended | interrupt | interrupting | delay | delaying | delayed | postpone | postponing | "
        "postponed | stopping the | no role for | not recommended | is not recommended | was not recommended | "
        "not advised | not planned | is not planned | not given | was not given | not appropriate | "
        "decided against | considered but not given | considered but declined | considered but rejected | "
        "will be stopped | will be discontinued | will be held | will be withheld | will be paused | "
        "will be suspended | to be stopped | to be discontinued | to be held | to be withheld | to be paused | "
        "to be suspended | should be stopped | should be discontinued | should be held | should be withheld | "
        "should be paused | should be suspended | is to be stopped | is to be discontinued | is to be held | "
        "is to be withheld | is to be paused | is to be suspended | must be stopped | must be discontinued | "
        "must be held | must be withheld | must be paused | must be suspended"
    ),
    Cue.DONE: "done | performed | was done | was performed | obtained | carried out | taken | has been done",
    Cue.SHOWS: (
        "shows | showed | showing | shown | reveals | revealed | revealing | demonstrates | demonstrated | confirms "
        "| confirmed | reported | reports | reported as | read as | result | results | report | is back | are back "
        "| available | came back"
    ),
    Cue.BECAUSE: "due to | caused by | because of | secondary to | from | attributed to | related to",
    Cue.BUT: "but | however | although | though | except | whereas | while | yet | apart from | other than | despite",
    Cue.LOW: (
        "low | decreased | reduced | diminished | below normal | below range | lowered | depressed | below the "
        "range | subnormal | too low | dropping | on the low side | ↓ | down | deficient"
    ),
    Cue.NORMAL: (
        "normal | not palpable | impalpable | not felt | not enlarged | within range | within normal limits | wnl | "
        "unremarkable | within the normal range | in range | nad | no abnormality | within normal range | no "
        "abnormalities | intact | in the normal range | normal range | fine | in the reference range | within the "
        "reference range | no abnormality detected"
    ),
    Cue.HIGH: (
        "high | sky high | through the roof | off the scale | raised | elevated | increased | above normal | above "
        "range | above the range | too high | ↑ | up"
    ),
    Cue.DEGREE: (
        "markedly | marked | grossly | very | severely | severe | mildly | mild | slightly | moderately | moderate "
        "| profoundly | profound | strongly | extremely | greatly | hugely | massively | much | persistently | "
        "persistent | repeatedly | inappropriately | unexplained | of "
        "unknown cause | of unknown origin | of unknown aetiology | of unknown etiology | of unclear cause | of "
        "unclear origin | of unclear aetiology | of unclear etiology | cause unknown | cause unclear | aetiology "
        "unclear | etiology unclear"
    ),
    Cue.ALLERGY: "allergic to | allergy to | allergies | allergy | intolerant of | intolerance to | reaction to",
    Cue.SUBJECT: "she | he | patient | the patient | pt | they | herself | himself | i | we",
    Cue.AND: "and | & | plus | as well as | +",
    Cue.OR: "or | and/or",
    Cue.SINCE: "since",
    Cue.LASTING: (
        "year history of | years history of | month history of | months history of | week history of | weeks "
        "history of | day history of | days history of | long history of | years' history of | months' history of"
    ),
}
PHRASES: Final[Mapping[Cue, tuple[str, ...]]] = {cue: tuple(said.split(" | ")) for cue, said in _PHRASES.items()}

_HEADINGS: Final[Mapping[str, str]] = {
    "family": "family history | fh | fhx | family hx | family",
    "history": (
        "past medical history | pmh | pmhx | past history | medical history | history | previous history | hx | "
        "background | oncological history | past | previous | previous illnesses"
    ),
    "procedures": "past surgical history | psh | surgical history | operations | procedures | surgeries",
    "treatments": (
        "medications | medication | meds | current medications | drugs | current meds | treatment | treatments "
        "| current treatment | therapy | rx | dhx | medicines | medication list | current medication | current "
        "therapy"
    ),
    "allergy": "allergies | allergy | adverse reactions",
    "plan": "plan | plans | planned | planned treatment | proposed",
    "uncertain": "differential | differential diagnosis | ddx | dd | possible diagnoses",
    "diagnoses": (
        "diagnosis | diagnoses | impression | problems | problem list | assessment | dx | comorbidities | "
        "active problems"
    ),
    "findings": (
        "symptoms | findings | labs | laboratory | exam | examination | o/e | on examination | signs | results "
        "| bloods | blood results | lab results | complaints | presenting complaint | laboratory results | "
        "social history | review of systems | ros | vitals | history of present illness | hpi | summary | "
        "presentation"
    ),
}
HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {name: tuple(said.split(" | ")) for name, said in _HEADINGS.items()}


def words_of(said: str) -> frozenset[str]:
    """Words written in a row, as a set."""
    return frozenset(said.split())


FILLERS: Final = words_of(
    "'s a active acute additional adjuvant also an any apparent are associated at be been being both chronic clear "
    "clinical clinically concentration concentrations concomitant concurrent count counts current currently daily "
    "definite documented dose either established even ever evidence feature features for further gross having her "
    "high his im in intramuscular intravenous is its iv known level levels long longterm low major marked mild "
    "moderate my new obvious of ongoing oral other our overt palpable personal po previous primary quite recent "
    "recently regular relevant report reporting reports result results sc secondary severe sign significant signs "
    "slight some still subcutaneous such symptom symptoms systemic term that the their then these this to today total "
    "value values very visible was weekly were whatsoever"
)
CLOSERS: Final = words_of(
    "admitted attending attends because came comes complaining complains developed develops found noted now presented "
    "presenting presents referred reveals seen showed showing shows since takes taking then today underwent when "
    "where which who whose with"
)
