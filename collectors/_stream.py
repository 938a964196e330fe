"""What a stream of echoes says about a path: loss, delay, jitter, an estimate of MOS, a rating.

All times are seconds, ratios 0-1. Echoes come back, so what is heard is the round trip:

- delay: half of the median round trip, which is the one-way delay where both ways are alike;
- jitter: mean |RTT(i) - RTT(i-1)| of consecutive echoes (the mean IPDV of RFC 3393, of both ways
  together). It is what is judged, for routers' own tests (NQA, IP SLA) tell the same;
- rtp_jitter: the running estimate of RFC 3550, 6.4.1 and A.8, as a receiver of RTP tells it,
  J += (|D| - J) / 16 from 0: it needs some 40 echoes to arrive.

Where an echo was lost the difference over the gap is left out: the two are not consecutive.

MOS is the E-model (ITU-T G.107) SIMPLIFIED: R = 93.2 - Idd(delay) - Ie,eff(loss), every other
parameter at its default. The codec is G.711 with packet loss concealment (Ie 0, Bpl 25.1, ITU-T
G.113 appendix I), loss is taken for random (BurstR 1), and the buffer that takes out the jitter is
reckoned as twice the jitter, on top of the delay. It speaks of the sound of a meeting. Of pictures
nothing is known here; they bear less loss than sound does.

The rating compares loss, jitter and delay with the limits of the class; the worst of the three
counts. A: all within half of their limits; B: within; C: within twice; D: beyond that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, log2
from typing import Final, Literal

Rating = Literal["A", "B", "C", "D"]
GRADES: Final[Mapping[Rating, int]] = {"A": 4, "B": 3, "C": 2, "D": 1}
"""A rating as a number, the more the better."""

ClassName = Literal["video", "voice", "y1541_0", "y1541_1"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a class of traffic bears: ratio of loss, jitter and one-way delay in seconds."""

    loss: float
    jitter: float
    delay: float


CLASSES: Final[Mapping[ClassName, Limits]] = {
    # Szigeti, Hattingh: End-to-End QoS Network Design (Cisco Press 2004): interactive video and
    # voice alike; 150 ms is where ITU-T G.114 sees most applications untouched.
    "video": Limits(0.01, 0.030, 0.150),
    "voice": Limits(0.01, 0.030, 0.150),
    # ITU-T Y.1541 (12/2011) table 1: IPLR, IPDV, IPTD of the classes for real time.
    "y1541_0": Limits(0.001, 0.050, 0.100),
    "y1541_1": Limits(0.001, 0.050, 0.400),
}

_R0: Final = 93.2
"""R of the E-model with every parameter at its default (G.107, table 2)."""
_BPL: Final = 25.1
"""Robustness of G.711 with concealment against random loss (G.113 appendix I)."""
_UNHEARD_MS: Final = 100.0
"""Delay that nobody notices (G.107, 7.4: mT at its default)."""
_RTP_GAIN: Final = 16


@dataclass(frozen=True, slots=True)
class Heard:
    """What a stream was like; None = not heard. `sent` counts what left, lost ones included."""

    sent: int
    lost: int
    rtt: float | None = None
    """Median."""
    rtt_mean: float | None = None
    rtt_p95: float | None = None
    rtt_max: float | None = None
    delay: float | None = None
    jitter: float | None = None
    rtp_jitter: float | None = None

    @property
    def loss(self) -> float | None:
        """Lost part of what was sent."""
        return self.lost / self.sent if self.sent else None


def listen(rtts: Sequence[float | None]) -> Heard:
    """Sum up round-trip times in order of sending, None = lost. Percentiles by nearest rank."""
    received = sorted(rtt for rtt in rtts if rtt is not None)
    lost = len(rtts) - len(received)
    if not received:
        return Heard(len(rtts), lost)
    steps = [
        abs(after - before)
        for before, after in pairwise(rtts)
        if before is not None and after is not None
    ]
    median = _rank(received, 50)
    return Heard(
        sent=len(rtts),
        lost=lost,
        rtt=median,
        rtt_mean=sum(received) / len(received),
        rtt_p95=_rank(received, 95),
        rtt_max=received[-1],
        delay=median / 2,
        jitter=sum(steps) / len(steps) if steps else None,
        rtp_jitter=_rtp(steps) if steps else None,
    )


def _rank(ordered: Sequence[float], percent: int) -> float:
    """Return the smallest value that `percent` of the values do not exceed."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


def _rtp(steps: Sequence[float]) -> float:
    estimate = 0.0
    for step in steps:
        estimate += (step - estimate) / _RTP_GAIN
    return estimate


def mos(loss: float, delay: float, jitter: float) -> float:
    """Estimate the mean opinion score (1 bad - 4.5) of speech; simplified, see above."""
    rating = _R0 - _delay_impairment(1000 * (delay + 2 * jitter)) - _loss_impairment(100 * loss)
    return _opinion(rating)


def _delay_impairment(milliseconds: float) -> float:
    """Idd of G.107, 7.4, with sT = 1 and mT = 100 ms."""
    if milliseconds <= _UNHEARD_MS:
        return 0.0
    x = log2(milliseconds / _UNHEARD_MS)
    return float(25 * ((1 + x**6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2))


def _loss_impairment(percent: float) -> float:
    """Ie,eff of G.107, 7.5, with Ie = 0 and BurstR = 1."""
    return 95 * percent / (percent + _BPL)


def _opinion(rating: float) -> float:
    """MOS of a rating factor (G.107, annex B); its polynomial dips below 1 near 0."""
    if rating <= 0:
        return 1.0
    return max(1.0, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)


def opinion_of(heard: Heard) -> float | None:
    """Estimate the MOS of what was heard; None where loss or delay is unknown."""
    if heard.loss is None or heard.delay is None:
        return None
    return mos(heard.loss, heard.delay, heard.jitter or 0.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rating, and which limits are exceeded, the worst first: `path_loss`, `path_jitter`, ..."""

    rating: Rating
    exceeded: tuple[str, ...]

    @property
    def reason(self) -> str:
        """The worst of what is exceeded, "" = nothing is."""
        return self.exceeded[0] if self.exceeded else ""


def _share(value: float, limit: float) -> float:
    """Return how much of a limit is used; of a limit of 0 anything is too much."""
    if value <= 0:
        return 0.0
    return value / limit if limit > 0 else inf


def judge(loss: float, jitter: float | None, delay: float | None, limits: Limits) -> Verdict:
    """Compare with the limits of a class. What is not heard is not judged, loss always is."""
    shares = {
        "path_loss": _share(loss, limits.loss),
        "path_jitter": _share(jitter or 0.0, limits.jitter),
        "path_delay": _share(delay or 0.0, limits.delay),
    }
    worst = max(shares.values())
    ordered = sorted(shares, key=lambda name: -shares[name])
    exceeded = tuple(name for name in ordered if shares[name] > 1)
    rating: Rating = "D"
    if worst <= 0.5:
        rating = "A"
    elif worst <= 1:
        rating = "B"
    elif worst <= 2:
        rating = "C"
    return Verdict(rating, exceeded)
