"""Whatever happens to an agent: a rate is the true mean, or absent with its reason."""

from __future__ import annotations

import math

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from metrics.observation import Outcome, Probe, Value
from metrics.rates import Rates
from tests.metrics.ports import GIGABIT, heard, port_probe, reasoned, with_speed

REASONS = {
    "first", "renumbered", "gap", "reset", "clock", "still", "no_value", "skewed", "invalid",
    "discontinuity", "wrap", "too_fast", "not_refreshed",
}  # fmt: skip


class Agent(RuleBasedStateMachine):
    """One agent with one busy port, polled every 10 s; it and we suffer all that is known."""

    def __init__(self) -> None:
        super().__init__()
        self.rates: Rates = Rates()
        self.probe: Probe = port_probe()
        self.top = 2**64
        self.octets = 0
        """Shown modulo `top`."""
        self.ticks = 0
        """Shown modulo 2^32; of this start of the agent."""
        self.moved = 0
        self.ours = 0.0
        self.before: tuple[int, int] | None = None
        """Octets and ticks when it answered last and nothing has broken off since."""
        self.result: tuple[tuple[Value, ...], str] = ((None,) * 3, "")
        self.answered = False
        self.known = False

    @initialize(
        width=st.sampled_from([32, 64]),
        known=st.booleans(),
        start=st.integers(0, 2**64 - 1),
        ticks=st.integers(0, 2**32 - 1),
    )
    def begin(self, width: int, known: bool, start: int, ticks: int) -> None:  # noqa: FBT001 - drawn
        self.rates = with_speed(GIGABIT if known else None)
        self.probe = port_probe(width=width, contract=GIGABIT / 10)
        self.top, self.known = 2**width, known
        self.octets, self.ticks = start % self.top, ticks

    def shown(self) -> tuple[Value, ...]:
        counted = self.octets % self.top
        return self.ticks % 2**32, counted, counted, self.moved

    def poll(
        self, values: tuple[Value, ...], reason: str = "", outcome: Outcome = Outcome.ANSWERED
    ) -> None:
        self.answered = outcome is Outcome.ANSWERED
        self.result = reasoned(
            self.rates, heard(self.probe, self.ours, *values, reason=reason, outcome=outcome)
        )

    def spend(self, seconds: float, load: float) -> None:
        """Let time pass, with so much of the speed used; the port is never quite still."""
        self.ours += seconds
        self.ticks += round(seconds * 100)
        self.octets += 1 + int(load * seconds * GIGABIT / 8)

    @rule(late=st.floats(-0.5, 0.5), load=st.floats(0, 1))
    def answers(self, late: float, load: float) -> None:
        self.spend(10 + late, load)
        before, now = self.before, (self.octets, self.ticks)
        self.before = now
        self.poll(self.shown())
        rate = self.result[0][0]
        # Near the end of a Counter64 lies the sentinel, and behind it a wrap.
        if rate is not None and before is not None:
            true = 8 * (now[0] - before[0]) / ((now[1] - before[1]) / 100)
            assert math.isclose(float(rate), true, rel_tol=1e-9)
        assert rate is None or before is not None

    @rule(load=st.floats(0, 1))
    def is_silent(self, load: float) -> None:
        self.spend(10, load)
        self.poll((None,) * 4, outcome=Outcome.SILENT)

    @rule(load=st.floats(0, 1))
    def leaves_the_octets_out(self, load: float) -> None:
        self.spend(10, load)
        ticks, _, _, moved = self.shown()
        self.poll((ticks, None, None, moved))
        self.before = None

    @rule(load=st.floats(0, 1))
    def answers_from_a_cache(self, load: float) -> None:
        """All of it, sysUpTime too."""
        if self.before is not None:
            self.ours += 10
            octets, ticks = self.before
            counted = octets % self.top
            self.poll((ticks % 2**32, counted, counted, self.moved))
            assert self.result[1] in {"still", "invalid"}
            self.ticks += 1000
            self.octets += 1 + int(load * 10 * GIGABIT / 8)

    @rule(down=st.floats(5, 300), up=st.floats(0.01, 20), counted=st.integers(0, 2**31))
    def restarts(self, down: float, up: float, counted: int) -> None:
        if self.ticks < up * 100 + 2000:
            return  # an agent that has just started is a case of its own
        self.ours += down + up
        self.ticks = round(up * 100)
        self.octets, self.moved, self.before = counted % self.top, 0, None

    @rule(start=st.integers(0, 2**64 - 1))
    def clears_its_counters_and_says_so(self, start: int) -> None:
        self.octets, self.before = start % self.top, None
        self.ticks += 1
        self.moved = self.ticks % 2**32

    @rule()
    def shows_the_sentinel(self) -> None:
        if self.top == 2**64:
            self.spend(10, 0)
            ticks, _, _, moved = self.shown()
            self.poll((ticks, 2**64 - 1, 2**64 - 1, moved))
            assert self.result[0][0] is None
            self.before = None

    @rule(start=st.integers(0, 2**64 - 1))
    def is_renumbered(self, start: int) -> None:
        self.spend(10, 0)
        self.octets = start % self.top
        self.poll((self.ticks % 2**32, None, None, None), reason="renumbered")
        self.before = None

    @rule(step=st.floats(-3600, 3600))
    def our_clock_is_set(self, step: float) -> None:
        self.ours += step

    @invariant()
    def rates_are_within_the_interface_or_absent_with_a_reason(self) -> None:
        values, gap = self.result
        if not self.answered:
            assert set(values) == {None}
            return
        assert (None in values) == bool(gap)
        assert gap in REASONS | {""}
        for value, most in zip(values, (1.0, 1.0, 10.0), strict=True):
            speed = GIGABIT if most == 1.0 else 1.0
            fastest = 1.05 * most * speed
            unknown = 800 * fastest
            assert value is None or 0 <= value <= (fastest if self.known else unknown) * (1 + 1e-9)


Agent.TestCase.settings = settings(deadline=None, max_examples=250, stateful_step_count=40)
TestAnAgent = Agent.TestCase
