"""A run of echoes becomes an outcome and five values."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import echo
from collectors._contract import Answer, EchoReply, Wires
from collectors._memory import DeviceMemory
from collectors.wires.snmp import open_snmp
from inventory.model import Endpoint, ProbeSpec, device_target, link_target
from metrics.observation import Outcome
from tests.collectors.network import network


class Scripted(msgspec.Struct):
    """A wire that replies what it was told to, and remembers what it was asked."""

    reply: EchoReply
    asked: list[tuple[Endpoint, int, float, float]] = []

    def send(
        self,
        endpoint: Endpoint,
        *,
        count: int,
        gap: float,
        timeout: float,
        done: Callable[[EchoReply], None],
        dscp: int = 0,  # noqa: ARG002 - of the Protocol
        size: int = 0,  # noqa: ARG002
    ) -> None:
        self.asked.append((endpoint, count, gap, timeout))
        done(self.reply)

    async def echo(
        self,
        endpoint: Endpoint,
        *,
        count: int,
        gap: float,
        timeout: float,
        dscp: int = 0,  # noqa: ARG002 - of the Protocol
        size: int = 0,  # noqa: ARG002
    ) -> EchoReply:
        self.asked.append((endpoint, count, gap, timeout))
        return self.reply


FAR = Endpoint("10.1.2.3", 7007)


def ask(reply: EchoReply, **options: object) -> tuple[Answer, Scripted, Scripted]:
    spec = ProbeSpec("echo", 10.0, options=options)
    probe = echo.plan(spec, link_target("xg-xs"), network(far=FAR))
    assert probe is not None
    icmp, udp = Scripted(reply), Scripted(reply)
    answer = asyncio.run(echo.ask(probe, Wires(open_snmp(), icmp, udp), DeviceMemory()))
    return answer, icmp, udp


def test_a_run_that_is_begun_answers_as_one_that_is_waited_for() -> None:
    reply = EchoReply((0.01, None))
    probe = echo.plan(ProbeSpec("echo", 10.0), link_target("xg-xs"), network(far=FAR))
    assert probe is not None
    wire = Scripted(reply)
    heard: list[Answer] = []
    echo.begin(probe, Wires(open_snmp(), wire, wire), heard.append)
    assert heard == [ask(reply)[0]]


def test_two_echoes_in_ten_seconds_leave_five_seconds_apart() -> None:
    _, icmp, udp = ask(EchoReply((0.01, 0.02)))
    assert icmp.asked == [(FAR, 2, 5.0, 2.0)]
    assert udp.asked == []


def test_the_option_chooses_the_wire_and_the_count() -> None:
    _, icmp, udp = ask(EchoReply((0.01, 0.02)), wire="udp", count=10, timeout=0.8)
    assert icmp.asked == []
    assert udp.asked == [(FAR, 10, 1.0, 0.8)]


def test_values_are_sent_lost_median_longest_jitter() -> None:
    answer, _, _ = ask(EchoReply((0.010, None, 0.040, 0.020, 0.030)))
    assert answer.outcome is Outcome.ANSWERED
    assert answer.values == pytest.approx((5, 1, 0.020, 0.040, (0.030 + 0.020 + 0.010) / 3))
    assert answer.rtts == (0.010, None, 0.040, 0.020, 0.030)


def test_one_reply_has_no_jitter() -> None:
    assert ask(EchoReply((0.01, None)))[0].values == (2, 1, 0.01, 0.01, None)


def test_nothing_back_is_silent_with_everything_lost() -> None:
    answer, _, _ = ask(EchoReply((None, None)))
    assert answer == Answer(Outcome.SILENT, "", (2, 2, None, None, None), (None, None))


def test_nothing_sent_is_skipped_with_the_reason_and_no_values() -> None:
    answer, _, _ = ask(EchoReply((), unsent=2, reason="no_route"))
    assert answer == Answer(Outcome.SKIPPED, "no_route", (None,) * 5)


def test_a_refusal_by_the_address_itself_is_refused_without_values() -> None:
    answer, _, _ = ask(EchoReply((), refused=2))
    assert answer == Answer(Outcome.REFUSED, "unreachable", (None,) * 5)


def test_one_reply_among_refusals_is_an_answer() -> None:
    answer, _, _ = ask(EchoReply((0.01,), refused=1))
    assert (answer.outcome, answer.values[:2]) == (Outcome.ANSWERED, (1, 0))


def test_a_link_without_an_address_of_its_far_end_is_not_asked() -> None:
    assert echo.plan(ProbeSpec("echo", 10.0), link_target("xg-xs"), network()) is None
    assert echo.plan(ProbeSpec("echo", 10.0), device_target("xg-r1"), network(far=FAR)) is None


def test_a_canary_is_asked_like_a_link_under_its_own_name() -> None:
    probe = echo.plan_canary("gateway", Endpoint("10.0.0.1"), "icmp", 10.0)
    assert (probe.id, probe.target) == ("echo@canary:gateway", "canary:gateway")
    assert {series.metric.measurement.name for series in probe.series} == {"extranet_canary"}
    assert all(series.labels == (("canary", "gateway"),) for series in probe.series)


@given(st.lists(st.one_of(st.none(), st.floats(0, 2)), min_size=1, max_size=40))
def test_the_median_is_the_smallest_value_with_half_at_or_below(
    rtts: list[float | None],
) -> None:
    answer, _, _ = ask(EchoReply(tuple(rtts)))
    received = sorted(rtt for rtt in rtts if rtt is not None)
    assert answer.values[:2] == (len(rtts), len(rtts) - len(received))
    if received:
        assert answer.values[2] == received[math.ceil(len(received) / 2) - 1]
        assert answer.values[3] == received[-1]
