"""netmiko against simulated gear over real SSH: what is asked is answered, whatever the manners."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from collectors.wires._ssh_dialogue import CONFIGURATION, PLATFORMS, converse
from metrics.observation import Outcome
from simulator.ssh_dialects import DIALECTS
from simulator.ssh_nodes import Node
from simulator.ssh_outputs import configuration
from simulator.ssh_server import SshServer
from tests.gear.nodes import ask, line, node, served
from tests.servers import wait_for

LONG = {
    "huawei_vrp": "display transceiver verbose",
    "h3c_comware": "display transceiver diagnosis interface",
    "zte_zxros": "show opticalinfo brief",
    "ruijie_rgos": "show interfaces transceiver diagnosis",
}
"""Answers of several pages."""
VERSION = {
    name: "display version" if name in {"huawei_vrp", "h3c_comware"} else "show version"
    for name in DIALECTS
}
GEAR = [
    *(node(dialect, ports=40) for dialect in DIALECTS),
    *(node(dialect, "stubborn_paging", ports=40) for dialect in DIALECTS),
    *(node(name, "asks_password") for name in ("huawei_vrp", "h3c_comware", "ruijie_rgos")),
    *(
        node("huawei_vrp", quirk, ports=40)
        for quirk in (
            "hanging_shell", "endless_banner", "endless_paging", "changing_prompt", "flood",
            "asks_to_save", "closes", "latin", "another_prompt", "logs",
        )
    ),
    node("h3c_comware", "waits"),
    node("h3c_comware", name="县局 R1[core]"),
    Node("looker", "127.0.0.1", 0, "ruijie_rgos", "monitor", "only-looking", secret="enable-it"),
]  # fmt: skip
BY_NAME = {one.id: one for one in GEAR}


@pytest.fixture(scope="module")
def gear() -> Iterator[SshServer]:
    with served(*GEAR) as server:
        yield server


def test_every_simulated_platform_has_its_driver() -> None:
    assert set(DIALECTS) <= PLATFORMS


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_command_has_its_answer_without_echo_and_prompt(gear: SshServer, dialect: str) -> None:
    one = node(dialect)
    said = ask(gear, one, VERSION[dialect], CONFIGURATION[dialect], VERSION[dialect])

    assert (said.outcome, said.reason) == (Outcome.ANSWERED, "")
    first, configured, last = said.texts
    assert first == last != ""
    assert configured == configuration(one, 0)


@pytest.mark.parametrize("dialect", LONG)
def test_pages_are_turned_and_leave_no_trace(gear: SshServer, dialect: str) -> None:
    whole = ask(gear, node(dialect), LONG[dialect])
    paged = ask(gear, node(dialect, "stubborn_paging"), LONG[dialect])

    assert paged.texts == whole.texts
    assert len(whole.texts[0].splitlines()) > 30


@pytest.mark.parametrize("dialect", ["huawei_vrp", "h3c_comware", "ruijie_rgos"])
def test_nobody_changes_a_password_that_the_box_wants_changed(
    gear: SshServer, dialect: str
) -> None:
    said = ask(gear, node(dialect, "asks_password"), VERSION[dialect])

    assert said.outcome is Outcome.ANSWERED


def test_nothing_is_saved_that_the_box_proposes_to_save(gear: SshServer) -> None:
    """A driver of netmiko says yes to this question; the simulated box hangs up on a yes."""
    said = ask(gear, node("huawei_vrp", "asks_to_save"), "display version")

    assert said.outcome is Outcome.ANSWERED


def test_a_box_that_waits_for_enter_gets_it(gear: SshServer) -> None:
    said = ask(gear, node("h3c_comware", "waits"), "display version")

    assert said.outcome is Outcome.ANSWERED


def test_a_box_whose_name_ends_like_a_prompt_is_understood(gear: SshServer) -> None:
    one = node("h3c_comware", name="县局 R1[core]")
    said = ask(gear, one, "display version", CONFIGURATION["h3c_comware"], seconds=5)

    assert said.texts[1:] == (configuration(one, 0),)


def test_an_account_that_may_only_look_is_not_made_to_enable(gear: SshServer) -> None:
    said = ask(gear, BY_NAME["looker"], "show version")

    assert said.outcome is Outcome.ANSWERED
    assert "RGOS" in said.texts[0]


def test_chinese_is_read_in_gbk_and_in_utf_8(gear: SshServer) -> None:
    for quirks in ((), ("latin",)):
        said = ask(gear, node("huawei_vrp", *quirks), "display current-configuration")

        assert "description 政务办公网" in said.texts[0]


def test_a_prompt_of_another_view_ends_an_answer_too(gear: SshServer) -> None:
    said = ask(gear, node("huawei_vrp", "changing_prompt"), *["display version"] * 3)

    assert said.outcome is Outcome.ANSWERED
    assert len(set(said.texts)) == 1


def test_a_message_of_the_log_behind_the_prompt_is_no_part_of_the_answer(gear: SshServer) -> None:
    plain = ask(gear, node("huawei_vrp"), "display version")
    logged = ask(gear, node("huawei_vrp", "logs"), "display version", "display bgp peer")

    assert logged.outcome is Outcome.ANSWERED
    assert logged.texts[0] == plain.texts[0]
    assert "IFNET" not in logged.texts[1]


def test_what_the_box_does_not_know_is_told_as_it_says_it(gear: SshServer) -> None:
    said = ask(gear, node("h3c_comware"), "display nonsense")

    assert "Unrecognized command" in said.texts[0]


@pytest.mark.parametrize(
    ("quirk", "outcome", "reason"),
    [
        ("hanging_shell", Outcome.SILENT, "cli_silent"),
        ("endless_banner", Outcome.GARBLED, "cli_banner"),
        ("endless_paging", Outcome.GARBLED, "cli_paging"),
        ("flood", Outcome.GARBLED, "too_large"),
        ("closes", Outcome.GARBLED, "cli_closed"),
        ("another_prompt", Outcome.GARBLED, "cli_prompt"),
    ],
)
def test_bad_manners_have_a_name_in_bounded_time(
    gear: SshServer, quirk: str, outcome: Outcome, reason: str
) -> None:
    began = time.monotonic()
    said = ask(
        gear, node("huawei_vrp", quirk), "display transceiver verbose",
        seconds=2 if quirk in {"hanging_shell", "endless_paging"} else 20, most=300_000,
    )  # fmt: skip

    assert (said.outcome, said.reason, said.texts) == (outcome, reason, ())
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    "command",
    ["system-view", "reboot", "display version > flash:/x", "show version | tee x", "save",
     "enable", "display version\nreboot", "show version;reload", "", "show version\n"],
)  # fmt: skip
def test_what_is_more_than_looking_is_not_sent(gear: SshServer, command: str) -> None:
    with line(gear, one := node("huawei_vrp")) as transport:
        said = converse(
            transport, one.dialect, (command,), until=time.monotonic() + 10, most_bytes=10_000
        )

    assert (said.outcome, said.reason) == (Outcome.SKIPPED, "cli_not_allowed")


def test_a_platform_without_a_driver_is_not_asked(gear: SshServer) -> None:
    with line(gear, node("huawei_vrp")) as transport:
        said = converse(transport, "linux", ("show x",), until=time.monotonic() + 5, most_bytes=1)

    assert (said.outcome, said.reason) == (Outcome.SKIPPED, "cli_no_platform")


def test_a_session_leaves_no_trace_on_the_line(gear: SshServer) -> None:
    with line(gear, one := node("zte_zxros")) as transport:
        for _ in range(3):
            said = converse(
                transport, one.dialect, ("show version",), until=time.monotonic() + 10,
                most_bytes=10_000,
            )  # fmt: skip
            assert said.outcome is Outcome.ANSWERED
        assert transport.is_active()
        channels: Any = getattr(transport, "_channels")  # noqa: B009 - its types know it not
        wait_for(lambda: not channels.values(), what="the channels to be closed")
