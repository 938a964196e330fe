"""From what was heard in a slot to its verdict (methodology 1.3)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, Literal, NamedTuple

Verdict = Literal["GOOD", "BAD", "UNDET"]

CLOCK_US: Final = 1_000_000
"""Farther off than this, a clock makes slots undetermined."""


class Heard(NamedTuple):
    """What one monitor process heard in one slot. `lost`: no reply within the time allowed.

    `alive`: its heartbeat was there; `anchors`: it reached its own. `clock_us`: how far its clock
    was off, None = nobody could say, and then this is no condition.
    """

    sent: int
    lost: int
    alive: bool = True
    anchors: bool = True
    clock_us: int | None = None


class Combined(NamedTuple):
    """The verdict of all; `single_source`: it is that of one monitor process alone."""

    verdict: Verdict
    single_source: bool


def verdict(heard: Heard, threshold: Fraction, min_sent: int) -> Verdict:
    """Return the verdict of one slot. BAD lies strictly above the threshold, as MEF "exceeds".

    `threshold` C as a ratio; `min_sent` m_min. Raises ValueError where more was lost than sent.
    """
    if not 0 <= heard.lost <= heard.sent:
        raise ValueError(f"{heard.lost} lost of {heard.sent}")
    clock = heard.clock_us is None or abs(heard.clock_us) <= CLOCK_US
    if not heard.sent or heard.sent < min_sent or not (heard.alive and clock and heard.anchors):
        return "UNDET"
    lost = heard.lost * threshold.denominator
    return "BAD" if lost > heard.sent * threshold.numerator else "GOOD"


def together(vantages: Sequence[Verdict], *, device_agrees: bool = False) -> Combined:
    """Combine what several monitor processes say of a slot; UNDET ones do not count.

    BAD when all say so, or one does and the device itself agrees (`device_agrees`: its port was
    down, say). If they differ without that, one of them lost it alone: nobody knows (1.7).
    """
    valid = [one for one in vantages if one != "UNDET"]
    if not valid:
        return Combined("UNDET", single_source=False)
    single = len(valid) == 1
    if "BAD" not in valid:
        return Combined("GOOD", single)
    if device_agrees or "GOOD" not in valid:
        return Combined("BAD", single)
    return Combined("UNDET", single_source=False)


def both_ways(there: Verdict, back: Verdict) -> Verdict:
    """Combine the two directions: bad if either is, good if both are (G.826 keeps them apart)."""
    if "BAD" in (there, back):
        return "BAD"
    return "GOOD" if there == back == "GOOD" else "UNDET"
