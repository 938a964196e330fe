"""From round-trip times to loss, jitter, MOS and rating: by worked examples and by their laws."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._stream import CLASSES, GRADES, Limits, judge, listen, mos, opinion_of

ratios = st.floats(0, 1)
seconds = st.floats(0, 5)
streams = st.lists(st.none() | st.floats(1e-6, 2), max_size=200)
VIDEO = CLASSES["video"]


def test_nothing_sent_says_nothing() -> None:
    heard = listen(())
    assert (heard.sent, heard.lost, heard.loss, heard.rtt, heard.jitter) == (0, 0, None, None, None)


def test_a_stream_by_hand() -> None:
    heard = listen([0.010, 0.014, None, 0.012, 0.011])
    assert (heard.sent, heard.lost, heard.loss) == (5, 1, 0.2)
    assert heard.rtt == 0.011  # ascending rank ceil(4 * 50 %) = 2
    assert heard.rtt_max == 0.014
    assert heard.rtt_mean == pytest.approx(0.01175)
    assert heard.delay == pytest.approx(0.0055)
    # 10 -> 14 and 12 -> 11; what lies beside the lost one is not consecutive
    assert heard.jitter == pytest.approx((0.004 + 0.001) / 2)
    first = 0.004 / 16
    assert heard.rtp_jitter == pytest.approx(first + (0.001 - first) / 16)


def test_the_estimate_of_rfc_3550_arrives_at_a_steady_difference() -> None:
    heard = listen([0.010, 0.020] * 100)
    assert heard.jitter == pytest.approx(0.010)
    assert heard.rtp_jitter == pytest.approx(0.010, rel=0.001)


@given(streams)
def test_figures_of_a_stream_are_in_order(rtts: list[float | None]) -> None:
    heard = listen(rtts)
    assert heard.sent == len(rtts)
    assert heard.lost == rtts.count(None)
    if heard.rtt is None:
        assert heard.lost == heard.sent
        return
    assert heard.rtt_p95 is not None
    assert heard.rtt_max is not None
    assert heard.rtt <= heard.rtt_p95 <= heard.rtt_max
    if heard.jitter is not None:
        assert heard.rtp_jitter is not None
        assert 0 <= heard.jitter <= heard.rtt_max
        assert 0 <= heard.rtp_jitter <= heard.rtt_max


@given(st.lists(st.floats(1e-6, 2), min_size=2, max_size=100), st.floats(-0.4, 0.4))
def test_jitter_does_not_see_a_constant_delay(rtts: list[float], more: float) -> None:
    one, other = listen(rtts), listen([rtt + more for rtt in rtts])
    assert one.jitter == pytest.approx(other.jitter, abs=1e-9)
    assert one.rtp_jitter == pytest.approx(other.rtp_jitter, abs=1e-9)


@pytest.mark.parametrize(
    ("loss", "delay", "expected"),
    [
        (0.0, 0.0, 4.41),  # R = 93.2, every parameter at its default
        (0.0, 0.400, 3.57),  # Idd = 24.1: R = 69.1
        (0.01, 0.0, 4.33),  # Ie,eff = 95 / 26.1 = 3.64
        (0.05, 0.0, 3.92),  # Ie,eff = 475 / 30.1 = 15.8
        (1.0, 0.0, 1.18),  # Ie,eff = 9500 / 125.1 = 75.9: R = 17.3
    ],
)
def test_the_opinion_of_worked_examples(loss: float, delay: float, expected: float) -> None:
    assert mos(loss, delay, 0.0) == pytest.approx(expected, abs=0.02)


def test_delay_is_not_noticed_before_100_ms() -> None:
    assert mos(0.0, 0.1, 0.0) == mos(0.0, 0.0, 0.0)


@given(ratios, seconds, seconds)
def test_an_opinion_lies_between_1_and_4_and_a_half(
    loss: float, delay: float, jitter: float
) -> None:
    assert 1 <= mos(loss, delay, jitter) <= 4.5


@given(ratios, ratios, seconds, seconds, seconds)
def test_no_opinion_rises_with_loss_delay_or_jitter(
    loss: float, more: float, delay: float, longer: float, jitter: float
) -> None:
    assert mos(max(loss, more), delay, jitter) <= mos(min(loss, more), delay, jitter) + 1e-9
    assert mos(loss, delay + longer, jitter) <= mos(loss, delay, jitter) + 1e-9
    assert mos(loss, delay, jitter + longer) <= mos(loss, delay, jitter) + 1e-9


def test_nothing_heard_has_no_opinion() -> None:
    assert opinion_of(listen([None, None])) is None


@pytest.mark.parametrize(
    ("loss", "jitter", "delay", "rating", "exceeded"),
    [
        (0.0, 0.001, 0.010, "A", ()),
        (0.005, 0.015, 0.075, "A", ()),
        (0.006, 0.001, 0.010, "B", ()),
        (0.01, 0.030, 0.150, "B", ()),
        (0.02, 0.001, 0.010, "C", ("path_loss",)),
        (0.0, 0.040, 0.170, "C", ("path_jitter", "path_delay")),
        (0.021, 0.001, 0.010, "D", ("path_loss",)),
        (0.03, 0.031, 0.9, "D", ("path_delay", "path_loss", "path_jitter")),
    ],
)
def test_the_worst_of_three_counts(
    loss: float, jitter: float, delay: float, rating: str, exceeded: tuple[str, ...]
) -> None:
    verdict = judge(loss, jitter, delay, VIDEO)
    assert (verdict.rating, verdict.exceeded) == (rating, exceeded)


def test_where_no_loss_is_borne_one_lost_echo_is_too_much() -> None:
    strict = Limits(0.0, 0.03, 0.15)
    assert judge(0.0, 0.001, 0.01, strict).rating == "A"
    assert judge(0.001, 0.001, 0.01, strict).reason == "path_loss"


def test_what_is_not_heard_is_not_held_against_a_path() -> None:
    assert judge(0.0, None, None, VIDEO).rating == "A"


@given(ratios, seconds, seconds)
def test_a_limit_is_exceeded_exactly_where_the_rating_is_worse_than_b(
    loss: float, jitter: float, delay: float
) -> None:
    verdict = judge(loss, jitter, delay, VIDEO)
    assert (GRADES[verdict.rating] < GRADES["B"]) == bool(verdict.exceeded)


@given(st.floats(1.001, 50))
def test_wider_limits_never_rate_worse(factor: float) -> None:
    wide = Limits(VIDEO.loss * factor, VIDEO.jitter * factor, VIDEO.delay * factor)
    for loss, jitter, delay in ((0.013, 0.02, 0.1), (0.3, 0.001, 0.01), (0, 0.07, 0.2)):
        narrow = judge(loss, jitter, delay, VIDEO)
        assert GRADES[judge(loss, jitter, delay, wide).rating] >= GRADES[narrow.rating]


def test_classes_are_those_of_their_sources() -> None:
    assert CLASSES["y1541_0"] == Limits(0.001, 0.05, 0.1)
    assert CLASSES["y1541_1"] == Limits(0.001, 0.05, 0.4)
    assert math.isclose(CLASSES["video"].delay, 0.15)
