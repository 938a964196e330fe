"""A job is good while its reports come in time; where nobody can know, nothing is said."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from collectors import heartbeat
from collectors._beats import Beat, NoBeats
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors.heartbeat import Window, overdue
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from inventory.model import Secret
from metrics.observation import Outcome
from tests.backups.jobs import TOKEN, beat_probe

DAY, HOUR = 86_400.0, 3_600.0
WINDOW = Window(DAY, 2 * HOUR)


class Told(msgspec.Struct):
    """A book in which one report stands."""

    beat: Beat

    def heard(self, service: str) -> Beat | None:
        return self.beat if service == "nightly" else None


def ask(beat: Beat | None, **options: object) -> Answer:
    probe = beat_probe(**options)  # type: ignore[arg-type]
    beats = NoBeats() if beat is None else Told(beat)
    wires = Wires(open_snmp(), open_echo("icmp"), open_echo("udp"), beats=beats)
    return asyncio.run(heartbeat.ask(probe, wires, DeviceMemory()))


def test_a_fresh_report_is_good() -> None:
    answer = ask(Beat(known=9 * DAY, age=HOUR, took=600.0, size=5_000_000), grace="2h")
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "")
    assert answer.values == (1, None, HOUR, 5_000_000, 600.0, DAY + 2 * HOUR)


@pytest.mark.parametrize(
    ("beat", "reason"),
    [
        (Beat(known=9 * DAY, age=HOUR, good=False), "job_failed"),
        (Beat(known=9 * DAY, age=DAY + 3 * HOUR), "beat_late"),
        (Beat(known=9 * DAY), "beat_missing"),
        (Beat(known=9 * DAY, age=HOUR, size=999), "backup_too_small"),
        (Beat(known=9 * DAY, age=HOUR, size=4_000, before=10_000), "backup_shrunk"),
        (Beat(known=2 * DAY, is_ahead=True), "beat_late"),
    ],
)
def test_what_is_wrong_is_named(beat: Beat, reason: str) -> None:
    answer = ask(beat, smallest="1k", shrink=50)
    assert (answer.outcome, answer.reason, answer.values[0]) == (Outcome.ANSWERED, reason, 0)


@pytest.mark.parametrize(
    ("beat", "reason"),
    [
        (Beat(known=DAY), "beat_awaited"),
        (Beat(known=9 * DAY, age=DAY + 3 * HOUR, away=((3.5 * HOUR, 2.5 * HOUR),)), "beat_unheard"),
        (
            Beat(
                known=9 * DAY,
                age=DAY + 3 * HOUR,
                away=((3.5 * HOUR, 2.5 * HOUR), (HOUR, 0.9 * HOUR)),
            ),
            "beat_unheard",
        ),
        (Beat(known=HOUR, is_ahead=True), "beat_ahead"),
        (None, "beats_closed"),
    ],
)
def test_where_nobody_can_know_nothing_is_said(beat: Beat | None, reason: str) -> None:
    answer = ask(beat)
    assert (answer.outcome, answer.reason) == (Outcome.SKIPPED, reason)
    assert set(answer.values) == {None}


def test_sizes_are_compared_only_where_they_are_told() -> None:
    assert ask(Beat(known=DAY, age=0.0, before=10_000), smallest="1k", shrink=50).reason == ""
    assert ask(Beat(known=DAY, age=0.0, size=5_000), shrink=50).reason == ""


@pytest.mark.parametrize(
    ("options", "reason"),
    [({}, "backup_too_small"), ({"smallest": 0}, "")],
    ids=["usual", "may be"],
)
def test_an_empty_backup_is_none_unless_it_may_be(options: dict[str, object], reason: str) -> None:
    assert ask(Beat(known=9 * DAY, age=HOUR, size=0), **options).reason == reason


def test_without_a_word_the_grace_is_a_tenth_and_five_minutes_at_least() -> None:
    def grace(expected: float) -> float:
        return heartbeat.window_of(expected, None).grace

    assert (grace(DAY), grace(600.0)) == (8_640.0, 300.0)


def test_an_absence_of_the_monitor_excuses_one_report_and_not_two() -> None:
    away = ((3.5 * HOUR + DAY, 2.5 * HOUR + DAY),)
    age = 2 * DAY + 3 * HOUR
    assert overdue(Beat(9 * DAY, age, away=away), WINDOW) == (Outcome.ANSWERED, "beat_late")


def test_an_absence_when_nothing_was_due_excuses_nothing() -> None:
    away = ((20 * HOUR, 19 * HOUR),)
    beat = Beat(9 * DAY, DAY + 3 * HOUR, away=away)
    assert overdue(beat, WINDOW) == (Outcome.ANSWERED, "beat_late")


@given(st.floats(0, 1e7), st.floats(1, 1e6), st.floats(0, 1e5))
def test_without_an_absence_a_report_is_late_exactly_after_its_window(
    age: float, expected: float, grace: float
) -> None:
    window = Window(expected, grace)
    late = overdue(Beat(1e9, age), window) == (Outcome.ANSWERED, "beat_late")
    assert late == (age > expected + grace)


@given(
    st.floats(0, 1e7), st.floats(1, 1e6), st.floats(0, 1e5), st.floats(0, 1e7), st.floats(0, 1e7)
)
def test_an_absence_never_makes_a_report_worse(
    age: float, expected: float, grace: float, one: float, other: float
) -> None:
    window, away = Window(expected, grace), ((max(one, other), min(one, other)),)
    plain, excused = overdue(Beat(1e9, age), window), overdue(Beat(1e9, age, away=away), window)
    assert excused == plain or (plain[1], excused[1]) == ("beat_late", "beat_unheard")


@pytest.mark.parametrize(
    "options",
    [
        {"expected": "1d"},
        {"token": Secret("short"), "expected": "1d"},
        {"token": "in the open, sixteen", "expected": "1d"},
        {"token": Secret(TOKEN)},
        {"token": Secret(TOKEN), "expected": "0s"},
    ],
)
def test_a_question_without_sense_is_refused_by_the_check(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        heartbeat.Options.model_validate(options)
