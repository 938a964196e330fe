"""From what was heard in a slot to its verdict (methodology 1.3)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.verdicts import Combined, Heard, Verdict, both_ways, together, verdict

_HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (Heard(12, 0), "GOOD"),
        (Heard(12, 6), "GOOD"),  # exactly the threshold is not above it
        (Heard(12, 7), "BAD"),
        (Heard(10, 10), "BAD"),
        (Heard(9, 9), "UNDET"),  # too few were sent
        (Heard(12, 12, alive=False), "UNDET"),
        (Heard(12, 12, anchors=False), "UNDET"),
        (Heard(12, 12, clock_us=1_000_000), "BAD"),
        (Heard(12, 12, clock_us=-1_000_001), "UNDET"),
        (Heard(12, 12, clock_us=None), "BAD"),  # nobody to ask: the condition is not applied
    ],
)
def test_a_slot_has_its_verdict(heard: Heard, expected: Verdict) -> None:
    assert verdict(heard, _HALF, 10) == expected


def test_nothing_sent_is_never_good() -> None:
    assert verdict(Heard(0, 0), _HALF, 0) == "UNDET"


def test_more_lost_than_sent_is_refused() -> None:
    with pytest.raises(ValueError, match="13 lost of 12"):
        verdict(Heard(12, 13), _HALF, 10)


@given(st.integers(1, 10_000), st.data(), st.fractions(0, 1))
def test_bad_is_strictly_above_the_threshold(
    sent: int, data: st.DataObject, threshold: Fraction
) -> None:
    lost = data.draw(st.integers(0, sent))

    is_bad = verdict(Heard(sent, lost), threshold, 1) == "BAD"

    assert is_bad == (Fraction(lost, sent) > threshold)


@pytest.mark.parametrize(
    ("vantages", "device", "expected"),
    [
        (["BAD", "BAD"], False, ("BAD", False)),
        (["GOOD", "GOOD"], False, ("GOOD", False)),
        (["BAD", "GOOD"], True, ("BAD", False)),
        (["BAD", "GOOD"], False, ("UNDET", False)),  # one of them lost it alone
        (["GOOD", "GOOD"], True, ("GOOD", False)),  # what a device says is no loss by itself
        (["BAD", "UNDET"], False, ("BAD", True)),
        (["GOOD", "UNDET"], False, ("GOOD", True)),
        (["UNDET", "UNDET"], True, ("UNDET", False)),
        ([], False, ("UNDET", False)),
    ],
)
def test_several_vantages_are_combined(
    *, vantages: list[Verdict], device: bool, expected: tuple[Verdict, bool]
) -> None:
    assert together(vantages, device_agrees=device) == Combined(*expected)


@pytest.mark.parametrize(
    ("there", "back", "expected"),
    [
        ("GOOD", "GOOD", "GOOD"),
        ("GOOD", "BAD", "BAD"),
        ("BAD", "UNDET", "BAD"),
        ("GOOD", "UNDET", "UNDET"),
    ],
)
def test_a_circuit_is_bad_if_either_direction_is(
    there: Verdict, back: Verdict, expected: Verdict
) -> None:
    assert both_ways(there, back) == both_ways(back, there) == expected
