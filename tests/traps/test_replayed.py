"""A v3 message that was heard long ago, or was changed, is not heard, whoever sends it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.traps.form import Login, Ourselves
from collectors.traps.usm import Clock, Users, read
from tests.traps.messages import ENGINE, sealed

LOGIN = Login("3", user=b"u", auth="SHA256", auth_key=b"authentication-secret")
OURSELVES = Ourselves(bytes.fromhex("80004fb805") + b"twelve-bytes", 5)


def heard(datagram: bytes, clock: Clock, *, running: int = 1_000) -> str:
    verdict = read(datagram, LOGIN, clock, OURSELVES, running, Users())
    return verdict.reason or "heard"


def test_what_is_newer_is_heard_and_remembered() -> None:
    clock = Clock()
    assert heard(sealed(LOGIN, ENGINE, boots=3, time=500), clock) == "heard"
    assert (clock.engine_id, clock.boots, clock.time) == (ENGINE, 3, 500)


@pytest.mark.parametrize(
    ("boots", "time", "expected"),
    [(3, 500, "heard"), (3, 351, "heard"), (3, 349, "not_in_time"), (2, 9_999, "not_in_time"),
     (4, 1, "heard")],
)  # fmt: skip
def test_what_is_older_than_the_window_is_not(boots: int, time: int, expected: str) -> None:
    clock = Clock(ENGINE, 3, 500)
    assert heard(sealed(LOGIN, ENGINE, boots=boots, time=time), clock) == expected


def test_a_forged_message_moves_no_clock() -> None:
    clock = Clock(ENGINE, 3, 500)
    forger = msgspec.structs.replace(LOGIN, auth_key=b"something-else")
    assert heard(sealed(forger, ENGINE, boots=9, time=9), clock) == "wrong_digest"
    assert (clock.boots, clock.time) == (3, 500)


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
    verdict = read(bytes(changed), LOGIN, Clock(), OURSELVES, 1_000, USERS)
    assert (verdict.said is not None) == (bytes(changed) == GENUINE)
