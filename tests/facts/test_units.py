"""Units of laboratory values, the exact boundaries of the articles, and intervals against limits."""

from __future__ import annotations

import doctest
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg.facts.unit_spellings
from kg.facts.unit_spellings import ucum
from kg.facts.units import Interval, UnitMismatch, interval, to_canonical, units_of
from kg.ontology.compiled import Ontology

MICRO_SIGN, GREEK_MU, LATIN_U = "\u00b5", "\u03bc", "u"
BOUNDS = ("<", "<=", ">", ">=")
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
AGREES = {
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
}


def canonical(ontology: Ontology, quantity: str, value: str, unit: str, comparator: str = "") -> Interval:
    return to_canonical(ontology, quantity, interval(Decimal(value), comparator), unit)[0]


# -- spellings


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("g/L", "g/L"),
        ("G/L", "10*9/L"),
        ("g/l", "g/L"),
        ("g/dl", "g/dL"),
        (" g/dL ", "g/dL"),
        ("x10^9/L", "10*9/L"),
        ("x 10^9/L", "10*9/L"),
        ("\u00d710\u2079/L", "10*9/L"),
        ("10*9/L", "10*9/L"),
        ("10**9/L", "10*9/L"),
        ("10^9 / l", "10*9/L"),
        ("10E9/L", "10*9/L"),
        ("10^3/uL", "10*3/uL"),
        ("x10^3/mm3", "10*3/uL"),
        ("10^9 cells/L", "10*9/L"),
        ("Gpt/L", "10*9/L"),
        ("K/uL", "10*3/uL"),
        ("k/ul", "10*3/uL"),
        ("cells/uL", "/uL"),
        ("/mm3", "/uL"),
        ("/µl", "/uL"),
        ("/nl", "10*3/uL"),
        ("G/l", "10*9/L"),
        ("/mm\u00b3", "/uL"),
        ("IU/L", "[iU]/L"),
        ("mIU/mL", "m[iU]/mL"),
        ("mcg/L", "ug/L"),
        ("mL/min/1.73 m\u00b2", "mL/min/{1.73_m2}"),
        ("percent", "%"),
        ("fraction", "1"),
        ("Mg/dL", "mg/dL"),
        ("MG/DL", "mg/dL"),
        ("mg/100 ml", "mg/dL"),
        ("gm %", "g/dL"),
        ("grams per deciliter", "g/dL"),
        ("g.dL-1", "g/dL"),
        ("g\u00b7L\u207b\u00b9", "g/L"),
        ("mcg/100ml", "ug/dL"),
        ("micromoles/L", "umol/L"),
        ("\u00b5M", "umol/L"),
        ("I.U./L", "[iU]/L"),
        ("MIU/ML", "m[iU]/mL"),
        ("GI/L", "10*9/L"),
        ("x10(9)/L", "10*9/L"),
        ("X10E+09/L", "10*9/L"),
        ("billion/L", "10*9/L"),
        ("1000/uL", "10*3/uL"),
        ("K/cu mm", "10*3/uL"),
        ("Thou/mcL", "10*3/uL"),
        ("x10\u00b3/\u00b5L", "10*3/uL"),
        ("M/uL", "10*6/uL"),
        ("{cells}/uL", "/uL"),
        ("cells per microliter", "/uL"),
        ("\u00b5m\u00b3", "fL"),
        ("cubic microns", "fL"),
        ("% of total", "%"),
        ("mL/min", "mL/min"),
        ("ML/MIN", "mL/min"),
        ("mL/min/1.73 sq. m.", "mL/min/{1.73_m2}"),
        ("mL/min per 1.73 m^2", "mL/min/{1.73_m2}"),
        ("ml/min/1.73", "mL/min/{1.73_m2}"),
        ("/fL", "/fL"),
        ("g/min", "g/min"),
        ("furlong", "furlong"),
    ],
)
def test_a_printed_unit_has_a_ucum_code(spelling: str, code: str) -> None:
    assert ucum(spelling) == code


@pytest.mark.parametrize("micro", [MICRO_SIGN, GREEK_MU, LATIN_U])
def test_all_three_micro_signs_mean_micro(micro: str) -> None:
    assert ucum(f"{micro}g/dL") == "ug/dL"
    assert ucum(f"K/{micro}L") == "10*3/uL"
    assert ucum(f"{micro}mol/L") == "umol/L"
    assert ucum(f"{micro}kat/L") == "ukat/L"


def test_the_examples_in_the_docstrings_run() -> None:
    results = doctest.testmod(kg.facts.unit_spellings)
    assert (results.failed, results.attempted) == (0, 1)


# -- conversion, with the boundaries of the articles


@pytest.mark.parametrize(
    ("quantity", "value", "unit", "expected"),
    [
        ("Hemoglobin", "100", "g/L", "10"),
        ("Hemoglobin", "10", "g/dL", "10"),
        ("Hemoglobin", "6.2", "mmol/L", "9.99068"),
        ("Hemoglobin", "6.21", "mmol/L", "10.006794"),
        ("Hemoglobin", "120", "g/L", "12"),
        ("WhiteCellCount", "3.1", "G/L", "3.1"),
        ("WhiteCellCount", "3.1", "K/uL", "3.1"),
        ("WhiteCellCount", "3100", "/uL", "3.1"),
        ("AbsoluteNeutrophilCount", "0.5", "x10^9/L", "500"),
        ("AbsoluteNeutrophilCount", "0.5", "K/uL", "500"),
        ("PlateletCount", "20", "K/uL", "20000"),
        ("PlateletCount", "20", "x10^9/L", "20000"),
        ("VitaminB12", "1000", "pg/mL", "1000"),
        ("Folate", "10", "nmol/L", "4.41"),
        ("SerumIron", "10", "umol/L", "55.85"),
        ("TotalIronBindingCapacity", "71.6", "umol/L", "399.886"),
        ("TotalIronBindingCapacity", "4000", "ug/L", "400"),
        ("TransferrinSaturation", "0.20", "fraction", "20"),
        ("Ferritin", "100", "mcg/L", "100"),
        ("EndogenousErythropoietin", "500", "mIU/mL", "500"),
        ("EndogenousErythropoietin", "500", "IU/L", "500"),
        ("LactateDehydrogenase", "16.7", "ukat/L", "1002"),
        ("MethylmalonicAcid", "400", "nmol/L", "0.4"),
        ("CancerAntigen153", "31", "kU/L", "31"),
        ("IlealResectionLength", "200", "mm", "20"),
        ("IlealResectionLength", "0.2", "m", "20"),
    ],
)
def test_a_value_converts_exactly(ontology: Ontology, quantity: str, value: str, unit: str, expected: str) -> None:
    assert canonical(ontology, quantity, value, unit).exact == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "unit", "threshold", "expected"),
    [
        ("6.2", "mmol/L", "HemoglobinBelow10", True),
        ("6.21", "mmol/L", "HemoglobinBelow10", False),
        ("6.21", "mmol/L", "HemoglobinAbove10", True),
        ("100", "g/L", "HemoglobinBelow10", False),
        ("100", "g/L", "HemoglobinAtMost10", True),
        ("120", "g/L", "HemoglobinBelow12", False),
        ("70", "g/L", "HemoglobinBelow7", False),
        ("0.5", "x10^9/L", "AbsoluteNeutrophilCountBelow500", False),
        ("0.499", "x10^9/L", "AbsoluteNeutrophilCountBelow500", True),
        ("20", "K/uL", "PlateletCountBelow20000", False),
        ("19.9", "K/uL", "PlateletCountBelow20000", True),
        ("737", "pmol/L", "VitaminB12AtLeast1000", False),
        ("738", "pmol/L", "VitaminB12AtLeast1000", None),
        ("739", "pmol/L", "VitaminB12AtLeast1000", True),
        ("999", "ng/L", "VitaminB12AtLeast1000", False),
        ("1000", "ng/L", "VitaminB12AtLeast1000", True),
        ("150", "pg/mL", "VitaminB12Below150", False),
        ("199", "pg/mL", "VitaminB12Below200", True),
        ("200", "pg/mL", "VitaminB12Below200", False),
        ("500", "U/L", "EndogenousErythropoietinBelow500", False),
        ("100", "ug/L", "FerritinAbove100", False),
        ("0.20", "fraction", "TransferrinSaturationBelow20", False),
        ("16", "%", "TransferrinSaturationBelow16", False),
        ("71.6", "umol/L", "TotalIronBindingCapacityAbove400", False),
        ("71.7", "umol/L", "TotalIronBindingCapacityAbove400", True),
        ("1000", "U/L", "LactateDehydrogenaseAbove1000", False),
        ("16.7", "ukat/L", "LactateDehydrogenaseAbove1000", True),
        ("200", "mm", "IlealResectionLengthAbove20", False),
    ],
)
def test_a_value_beside_a_limit_of_an_article_falls_on_the_printed_side(
    ontology: Ontology, value: str, unit: str, threshold: str, expected: bool | None
) -> None:
    limit = ontology.thresholds[threshold]
    assert canonical(ontology, limit.quantity, value, unit).satisfies(limit.bound, limit.limit) is expected


def test_a_factor_known_as_a_span_widens_the_value(ontology: Ontology) -> None:
    found = canonical(ontology, "VitaminB12", "738", "pmol/L")
    assert (found.low, found.high) == (Decimal("999.990"), Decimal("1000.26306"))
    assert found.exact is None


def test_values_and_limits_are_decimals_not_floats(ontology: Ontology) -> None:
    amounts = [canonical(ontology, name, "0.1", item.unit).exact for name, item in ontology.quantities.items()]
    assert amounts == [Decimal("0.1")] * len(ontology.quantities)
    assert len(amounts) >= 24
    limits = [threshold.limit for threshold in ontology.thresholds.values()]
    assert all(isinstance(limit, Decimal) for limit in limits)
    assert len(limits) >= 60


def test_a_unit_taken_but_not_converted_keeps_its_own_code(ontology: Ontology) -> None:
    amount, unit = to_canonical(ontology, "Reticulocytes", interval(Decimal(40), ""), "G/L")
    assert (amount.exact, unit) == (Decimal(40), "10*9/L")


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ("Hemoglobin", "mg/dL"),
        ("Hemoglobin", "G/L"),
        ("PlateletCount", "/mL"),
        ("PlateletCount", "g/L"),
        ("VitaminB12", "mmol/L"),
        ("MeanCorpuscularVolume", "pg"),
        ("TransferrinSaturation", "ug/dL"),
        ("LactateDehydrogenase", "nkat/L"),
    ],
)
def test_a_unit_that_does_not_fit_is_refused_and_those_that_do_are_named(
    ontology: Ontology, quantity: str, unit: str
) -> None:
    with pytest.raises(UnitMismatch, match="does not fit") as caught:
        canonical(ontology, quantity, "1", unit)
    assert caught.value.known == units_of(ontology.quantities[quantity])
    assert caught.value.known[0] == ontology.quantities[quantity].unit


def test_every_unit_that_is_offered_converts(ontology: Ontology) -> None:
    offered = [(name, unit) for name, item in ontology.quantities.items() for unit in units_of(item)]
    for name, unit in offered:
        assert canonical(ontology, name, "2", unit).low is not None
    assert len(offered) >= 50


# -- comparators and intervals


@pytest.mark.parametrize(
    ("comparator", "expected"),
    [
        ("", Interval(Decimal(100), Decimal(100))),
        ("=", Interval(Decimal(100), Decimal(100))),
        ("<", Interval(None, Decimal(100), high_strict=True)),
        ("<=", Interval(None, Decimal(100))),
        (">", Interval(Decimal(100), None, low_strict=True)),
        (">=", Interval(Decimal(100), None)),
        ("~", Interval(Decimal(95), Decimal(105))),
    ],
)
def test_a_comparator_makes_bounds(comparator: str, expected: Interval) -> None:
    assert interval(Decimal(100), comparator) == expected


YES, NO, OPEN = True, False, None
LIMITS = (90, 95, 100, 105, 110)


@pytest.mark.parametrize(
    ("comparator", "bound", "answers"),
    [
        # answers for the limits     90    95    100   105   110
        ("", "<", (NO, NO, NO, YES, YES)),
        ("", "<=", (NO, NO, YES, YES, YES)),
        ("", ">", (YES, YES, NO, NO, NO)),
        ("", ">=", (YES, YES, YES, NO, NO)),
        ("<", "<", (OPEN, OPEN, YES, YES, YES)),
        ("<", "<=", (OPEN, OPEN, YES, YES, YES)),
        ("<", ">", (OPEN, OPEN, NO, NO, NO)),
        ("<", ">=", (OPEN, OPEN, NO, NO, NO)),
        ("<=", "<", (OPEN, OPEN, OPEN, YES, YES)),
        ("<=", "<=", (OPEN, OPEN, YES, YES, YES)),
        ("<=", ">", (OPEN, OPEN, NO, NO, NO)),
        ("<=", ">=", (OPEN, OPEN, OPEN, NO, NO)),
        (">", "<", (NO, NO, NO, OPEN, OPEN)),
        (">", "<=", (NO, NO, NO, OPEN, OPEN)),
        (">", ">", (YES, YES, YES, OPEN, OPEN)),
        (">", ">=", (YES, YES, YES, OPEN, OPEN)),
        (">=", "<", (NO, NO, NO, OPEN, OPEN)),
        (">=", "<=", (NO, NO, OPEN, OPEN, OPEN)),
        (">=", ">", (YES, YES, OPEN, OPEN, OPEN)),
        (">=", ">=", (YES, YES, YES, OPEN, OPEN)),
        ("~", "<", (NO, NO, OPEN, OPEN, YES)),
        ("~", "<=", (NO, OPEN, OPEN, YES, YES)),
        ("~", ">", (YES, OPEN, OPEN, NO, NO)),
        ("~", ">=", (YES, YES, OPEN, OPEN, NO)),
    ],
)
def test_a_value_of_100_with_a_comparator_against_every_bound(
    comparator: str, bound: str, answers: tuple[bool | None, ...]
) -> None:
    value = interval(Decimal(100), comparator)
    assert tuple(value.satisfies(bound, Decimal(limit)) for limit in LIMITS) == answers


numbers = st.decimals(min_value=0, max_value=20, places=1)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, high = sorted([draw(numbers), draw(numbers)])
    return Interval(
        low=low if draw(st.booleans()) else None,
        high=high if draw(st.booleans()) else None,
        low_strict=draw(st.booleans()) and low < high,
        high_strict=draw(st.booleans()) and low < high,
    )


def contains(space: Interval, value: Decimal) -> bool:
    above = space.low is None or value > space.low or (value == space.low and not space.low_strict)
    below = space.high is None or value < space.high or (value == space.high and not space.high_strict)
    return above and below


def samples(space: Interval, limit: Decimal) -> list[Decimal]:
    """Values around everything at which an answer could turn, those inside the interval."""
    hair = Decimal("0.01")
    turns = [space.low, space.high, limit, Decimal(-1), Decimal(21)]
    near = [turn + step for turn in turns if turn is not None for step in (-hair, Decimal(0), hair)]
    return [value for value in near if contains(space, value)]


@given(intervals(), st.sampled_from(BOUNDS), numbers)
def test_an_answer_holds_of_every_value_and_an_open_one_of_some_only(
    space: Interval, bound: str, limit: Decimal
) -> None:
    answer = space.satisfies(bound, limit)
    found = {AGREES[bound](value, limit) for value in samples(space, limit)}
    assert found == ({True, False} if answer is None else {answer})


@given(intervals(), st.sampled_from(BOUNDS), numbers)
def test_the_opposite_bound_gives_the_opposite_answer(space: Interval, bound: str, limit: Decimal) -> None:
    answer, opposite = space.satisfies(bound, limit), space.satisfies(OPPOSITE[bound], limit)
    assert opposite is (None if answer is None else not answer)


@given(intervals(), intervals(), numbers)
def test_the_hull_of_two_intervals_contains_both_and_does_not_depend_on_their_order(
    one: Interval, other: Interval, value: Decimal
) -> None:
    hull = one.hull(other)
    assert hull == other.hull(one)
    if contains(one, value) or contains(other, value):
        assert contains(hull, value)


@given(intervals())
def test_the_hull_with_itself_changes_nothing(space: Interval) -> None:
    assert space.hull(space).low == space.low
    assert space.hull(space).high == space.high


@pytest.mark.parametrize(
    ("one", "other", "hull"),
    [
        (("7", ""), ("9", ""), Interval(Decimal(7), Decimal(9))),
        (("7", "<"), ("9", ""), Interval(None, Decimal(9))),
        (("7", "<"), ("7", ""), Interval(None, Decimal(7))),
        (("7", ">"), ("9", ">"), Interval(Decimal(7), None, low_strict=True)),
        (("7", "<"), ("9", ">"), Interval(None, None)),
    ],
)
def test_the_hull_is_the_smallest_interval_around_both(
    one: tuple[str, str], other: tuple[str, str], hull: Interval
) -> None:
    assert interval(Decimal(one[0]), one[1]).hull(interval(Decimal(other[0]), other[1])) == hull
