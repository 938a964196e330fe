"""A v3 message that was heard long ago, or was changed, is not heard, whoever sends it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.traps.form import Login, Ourselves
from collectors.traps.keys import Users
from collectors.traps.shape import sound
from collectors.traps.usm import Clock, Verdict, outside, read
from tests.traps.messages import ENGINE, sealed

LOGIN = Login("3", user=b"u", auth="SHA256", auth_key=b"authentication-secret")
OURSELVES = Ourselves(bytes.fromhex("80004fb805") + b"twelve-bytes", 5)


NOW = 1_000.0
DAY = 86_400


def verdict(datagram: bytes, clock: Clock, *, running: float = NOW) -> Verdict:
    message = outside(datagram)
    assert message is not None
    return read(message, LOGIN, clock, OURSELVES, running, Users())


def heard(datagram: bytes, clock: Clock, *, running: float = NOW) -> str:
    return verdict(datagram, clock, running=running).reason or "heard"


def test_what_is_newer_is_heard_and_remembered() -> None:
    found = verdict(sealed(LOGIN, ENGINE, boots=3, time=500), Clock())
    assert found.said is not None
    assert found.clock == Clock(ENGINE, 3, 500, NOW)


@pytest.mark.parametrize(
    ("boots", "time", "expected"),
    [(3, 500, "heard"), (3, 351, "heard"), (3, 349, "not_in_time"), (2, 9_999, "not_in_time"),
     (4, 1, "heard")],
)  # fmt: skip
def test_what_is_older_than_the_window_is_not(boots: int, time: int, expected: str) -> None:
    clock = Clock(ENGINE, 3, 500, NOW)
    assert heard(sealed(LOGIN, ENGINE, boots=boots, time=time), clock) == expected


@pytest.mark.parametrize(
    ("later", "expected"),
    [(0, "heard"), (150, "heard"), (151, "not_in_time"), (200, "not_in_time"),
     (30 * DAY, "not_in_time")],
)  # fmt: skip
def test_a_message_is_repeated_only_within_the_window(later: int, expected: str) -> None:
    genuine = sealed(LOGIN, ENGINE, boots=3, time=500)
    clock = verdict(genuine, Clock()).clock
    assert clock is not None
    assert heard(genuine, clock, running=NOW + later) == expected


@pytest.mark.parametrize("later", [200, 30 * DAY])
def test_what_is_sent_later_is_heard_later(later: int) -> None:
    clock = Clock(ENGINE, 3, 500, NOW)
    fresh = sealed(LOGIN, ENGINE, boots=3, time=500 + later)
    assert heard(fresh, clock, running=NOW + later) == "heard"


def test_a_message_that_was_held_back_is_not_heard_although_none_younger_came() -> None:
    held = sealed(LOGIN, ENGINE, boots=3, time=600)
    assert heard(held, Clock(ENGINE, 3, 500, NOW), running=NOW + 400) == "not_in_time"


@pytest.mark.parametrize("clock", [Clock(), Clock(ENGINE, 3, 500, NOW)])
def test_an_engine_without_boots_left_is_not_heard(clock: Clock) -> None:
    last = sealed(LOGIN, ENGINE, boots=2**31 - 1, time=5)
    assert heard(last, clock) == "not_in_time"


def test_of_an_engine_whose_last_boots_polling_has_learnt_nothing_is_heard() -> None:
    last = Clock(ENGINE, 2**31 - 1, 5, NOW)
    assert heard(sealed(LOGIN, ENGINE, boots=3, time=500), last) == "not_in_time"


def test_a_forged_message_moves_no_clock() -> None:
    forger = msgspec.structs.replace(LOGIN, auth_key=b"something-else")
    found = verdict(sealed(forger, ENGINE, boots=9, time=9), Clock(ENGINE, 3, 500, NOW))
    assert (found.reason, found.clock) == ("wrong_digest", None)


@pytest.mark.parametrize(
    ("boots", "time", "expected"),
    [(5, 1_000, "heard"), (5, 1_150, "heard"), (5, 1_151, "not_in_time"), (5, 849, "not_in_time"),
     (4, 1_000, "not_in_time"), (6, 1_000, "not_in_time")],
)  # fmt: skip
def test_an_inform_must_be_of_our_own_time(boots: int, time: int, expected: str) -> None:
    inform = sealed(LOGIN, OURSELVES.engine_id, boots=boots, time=time, informs=True)
    assert heard(inform, Clock()) == expected


def test_a_trap_may_not_pose_as_of_our_own_engine() -> None:
    assert heard(sealed(LOGIN, OURSELVES.engine_id, boots=5, time=1_000), Clock()) == (
        "no_notification"
    )


GENUINE = sealed(LOGIN, ENGINE, boots=3, time=500)
USERS = Users()


@given(st.data())
def test_a_signed_message_that_was_changed_in_any_octet_is_not_heard(data: st.DataObject) -> None:
    changed = bytearray(GENUINE)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    message = outside(bytes(changed)) if sound(bytes(changed)) else None
    found = message and read(message, LOGIN, Clock(), OURSELVES, NOW, USERS)
    assert bool(found and found.said) == (bytes(changed) == GENUINE)
