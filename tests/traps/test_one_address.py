"""Several v3 devices behind one address: the engine id says whose a message is, or nobody's."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from collectors.traps.form import Engine, Limits, Login, Ourselves, Source
from collectors.traps.gate import Gate, Raw, Read
from tests.traps.messages import ENGINE, sealed

LOGIN = Login("3", user=b"u", auth="SHA256", auth_key=b"authentication-secret")
OTHER = replace(LOGIN, user=b"v")
LOGINS = {"l": LOGIN, "o": OTHER, "same": replace(LOGIN)}
OURSELVES = Ourselves(bytes.fromhex("80004fb805") + b"twelve-bytes", 5)
ANOTHER = bytes.fromhex("80001f8804") + b"second"
FORMER = bytes.fromhex("80004fb805") + b"former-bytes"
HOST = "192.0.2.1"


def gate(*sources: tuple[str, str, bytes]) -> Gate:
    """Devices (name, login, engine id as polled or nothing) at one address."""
    found = Gate(Limits(), OURSELVES, (), 0.0)
    behind = [
        Source(name, (HOST,), login, Engine(engine, 3, 400) if engine else None)
        for name, login, engine in sources
    ]
    found.load(behind, LOGINS, 0.0)
    return found


def say(
    ear: Gate, engine: bytes, *, login: Login = LOGIN, informs: bool = False, reports: bool = False
) -> Read:
    ours = engine == OURSELVES.engine_id
    datagram = sealed(
        login, engine, boots=5 if ours else 3, time=1 if ours else 500, informs=informs,
        reports=reports or informs,
    )  # fmt: skip
    return ear.read(Raw(0, (HOST, 5), datagram, 0), 1.0)


def device(found: Read) -> str:
    return found.notification.device if found.notification is not None else ""


@pytest.mark.parametrize("order", [1, -1])
def test_the_device_that_has_the_engine_id_is_the_one(order: int) -> None:
    ear = gate(*[("a", "l", b""), ("b", "l", ENGINE)][::order])
    assert device(say(ear, ENGINE)) == "b"


def test_each_is_known_by_its_own_engine() -> None:
    ear = gate(("a", "l", ANOTHER), ("b", "l", ENGINE))
    assert [device(say(ear, one)) for one in (ENGINE, ANOTHER)] == ["b", "a"]


@pytest.mark.parametrize("login", ["l", "same"])
def test_several_without_an_engine_id_are_ambiguous_and_learn_nothing(login: str) -> None:
    ear = gate(("a", "l", b""), ("b", login, b""))
    assert not device(say(ear, ENGINE))
    assert ear.counts["ambiguous"] == 1
    ear.learn({"b": Engine(ENGINE, 3, 400)}, 1.0)
    assert device(say(ear, ENGINE)) == "b"


def test_several_without_an_engine_id_are_told_apart_by_their_keys() -> None:
    ear = gate(("a", "l", b""), ("b", "o", b""))
    assert device(say(ear, ENGINE, login=OTHER)) == "b"
    assert device(say(ear, ANOTHER)) == "a"


def test_of_two_with_one_engine_id_nobody_is_guessed() -> None:
    ear = gate(("a", "l", ENGINE), ("b", "l", ENGINE))
    assert not device(say(ear, ENGINE))
    assert ear.counts["ambiguous"] == 1


def test_an_inform_that_two_may_have_sent_is_not_confirmed() -> None:
    ear = gate(("a", "l", ANOTHER), ("b", "l", ENGINE))
    assert say(ear, OURSELVES.engine_id, informs=True).reply == b""
    assert ear.counts["ambiguous"] == 1


def test_another_engine_than_any_of_them_has_is_nobody() -> None:
    ear = gate(("a", "l", ENGINE))
    assert not device(say(ear, ANOTHER))
    assert ear.counts["other_engine"] == 1


def test_an_inform_to_the_engine_we_were_takes_nobodys_place_and_is_told_ours() -> None:
    ear = gate(("a", "l", b""))
    report = say(ear, FORMER, informs=True).reply
    assert OURSELVES.engine_id in report
    assert bytes.fromhex("2b060106030f01010400") in report  # usmStatsUnknownEngineIDs.0
    assert ear.counts["unknown_engine"] == 1
    assert device(say(ear, ENGINE)) == "a"


@pytest.mark.parametrize("engine", [FORMER, ENGINE])
def test_what_is_no_notification_of_the_sender_takes_nobodys_place(engine: bytes) -> None:
    ear = gate(("a", "l", b""))
    datagram = sealed(LOGIN, engine, boots=3, time=500, informs=True, reports=False)
    ear.read(Raw(0, (HOST, 5), datagram, 0), 1.0)
    assert device(say(ear, ANOTHER)) == "a"


def test_a_trap_of_another_engine_is_not_answered() -> None:
    assert say(gate(("a", "l", ENGINE)), FORMER).reply == b""


def test_a_stranger_is_not_told_who_we_are() -> None:
    datagram = sealed(LOGIN, FORMER, boots=3, time=500, informs=True)
    found = gate(("a", "l", ENGINE)).read(Raw(0, ("198.51.100.1", 5), datagram, 0), 1.0)
    assert found.reply == b""


def test_a_report_is_no_longer_than_what_brought_it_about() -> None:
    datagram = sealed(LOGIN, FORMER, boots=3, time=500, informs=True)
    report = say(gate(("a", "l", ENGINE)), FORMER, informs=True).reply
    assert 0 < len(report) <= len(datagram)


def test_a_message_number_below_zero_is_malformed() -> None:
    ear = gate(("a", "l", ENGINE))
    datagram = sealed(LOGIN, FORMER, boots=3, time=500, informs=True).replace(
        bytes.fromhex("02014d"), bytes.fromhex("0201ff"), 1
    )
    ear.read(Raw(0, (HOST, 5), datagram, 0), 1.0)
    assert ear.counts["malformed"] == 1
