"""Out of what a terminal showed comes the same configuration each time, or none."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collectors.configurations.endings import ENDINGS
from collectors.configurations.normalise import LARGEST, normalise

VRP = ENDINGS["huawei_vrp"]
IOS = ENDINGS["cisco_ios"]
WHOLE = "#\nsysname xs-r1\n#\ninterface GigabitEthernet0/0/1\n description 至孝南\n#\nreturn\n"
LINES = st.sampled_from(
    [
        "#", "", "sysname xs-r1", "return", "end", "<xs-r1>", "xs-r1#", "  ---- More ----",
        "---- More ----\x1b[42D          \x1b[42Dinterface GE0/0/1", " description 至孝南  ",
        "!Last configuration was updated at 2026-11-26 10:00:00+08:00 by admin",
        "ntp clock-period 36029056", "show running-config", "Building configuration...",
        "Current configuration : 1234 bytes", "a\x08 b", "x\rreturn", "\x07bell", "--More--  end",
    ]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(LINES | st.text(max_size=30)).map("\n".join))
@example("-- mo\x00re --x\nreturn")
@example("\x1b[9999999999D\x1b[K\x1b[2K\x1b\nend")
def test_doing_it_twice_is_doing_it_once(text: str) -> None:
    for ending in (VRP, IOS):
        once = normalise(text, ending)
        if once.problem is None:
            assert normalise(once.text, ending) == once


@settings(deadline=None)
@given(st.text())
def test_nothing_but_printed_lines_is_left_of_anything(text: str) -> None:
    left = normalise(text + "\na\nreturn", VRP).text

    assert all(one.isprintable() or one in "\n\t\u00a0\u3000" for one in left)


@pytest.mark.parametrize(
    "noise",
    [
        "!Last configuration was updated at 2026-11-26 10:00:00+08:00 by admin",
        "!Last configuration was saved at 2026-11-26 10:00:00+08:00",
        "! Last configuration change at 10:00:00 CST Thu Nov 26 2026 by admin",
        "! NVRAM config last updated at 10:00:00 CST Thu Nov 26 2026",
        "! No configuration change since last restart",
        "Building configuration...",
        "Current configuration : 48213 bytes",
        "!MKHash 0000000000000000",
        "timestamp_write: 10:00:00 Thu Nov 26 2026",
        "ntp clock-period 17179869",
        "! xs-r1 uptime is 3 weeks, 2 days",
        "!Time: 2026-11-26 10:00:00",
    ],
)
def test_what_a_box_writes_anew_each_time_goes(noise: str) -> None:
    with_noise = WHOLE.replace("sysname", f"{noise}\nsysname")

    assert normalise(with_noise, VRP).text == WHOLE


@pytest.mark.parametrize(
    "line",
    [
        "!Software Version V200R010C00SPC600",
        " description --More-- bandwidth",
        "ntp server 10.0.0.1",
        " description uptime is money",
        " description 孝南\u3000政务\u00a0外网",
        "clock timezone Beijing add 08:00:00",
    ],
)
def test_what_people_have_written_stays(line: str) -> None:
    text = WHOLE.replace("sysname", f"{line}\nsysname")

    assert line in normalise(text, VRP).text.split("\n")


@pytest.mark.parametrize(
    "pager",
    [
        "  ---- More ----\x1b[16D                \x1b[16D description 至孝南",
        "---- More ----\x1b[42D" + " " * 42 + "\x1b[42D description 至孝南",
        " --More-- \x08\x08\x08\x08\x08\x08\x08\x08\x08        "
        + "\x08" * 9 + " description 至孝南",
        "--More--\r        \r description 至孝南",
        "\x1b[7m--More--\x1b[m\r\x1b[K description 至孝南",
    ],
)  # fmt: skip
def test_what_a_pager_wrote_and_took_away_is_not_there(pager: str) -> None:
    text = WHOLE.replace(" description 至孝南", pager)

    assert normalise(text, VRP).text == WHOLE


def test_the_echo_before_and_the_prompt_behind_are_no_part_of_it() -> None:
    text = f"<xs-r1>display current-configuration\r\n{WHOLE}<xs-r1>\r\n<xs-r1>"

    assert normalise(text, VRP).text == WHOLE


@pytest.mark.parametrize("at", range(1, len(WHOLE.splitlines())))
def test_half_a_configuration_is_none(at: int) -> None:
    half = "\n".join(WHOLE.splitlines()[:at])

    assert normalise(half, VRP).problem == "config_incomplete"


def test_the_prompt_in_the_middle_cuts_it_and_so_it_is_none() -> None:
    text = "#\nheader login information\n<xs-r1>\n"

    assert normalise(text, VRP).problem == "config_incomplete"


@pytest.mark.parametrize("text", ["", "\n\n \n", "\x1b[K", "Building configuration..."])
def test_an_empty_answer_is_said_to_be_empty(text: str) -> None:
    assert normalise(text, VRP).problem == "config_empty"


@pytest.mark.parametrize("text", ["return", "return\n<xs-r1>"])
def test_an_ending_alone_is_no_configuration(text: str) -> None:
    assert normalise(text, VRP).problem == "config_incomplete"


def test_another_makers_ending_does_not_count() -> None:
    assert normalise("hostname xs-r1\nend\n", VRP).problem == "config_incomplete"
    assert normalise("hostname xs-r1\nend\n", IOS).problem is None


def test_one_that_is_longer_than_any_is_not_looked_at() -> None:
    assert normalise("x" * (LARGEST + 1), VRP).problem == "config_too_large"


def test_a_section_that_is_closed_ends_one_of_zte() -> None:
    text = "!<if-intf>\ninterface gei-0/1\n$\n!</if-intf>\nzte#"

    found = normalise(text, ENDINGS["zte_zxros"])
    assert found.text.endswith("!</if-intf>\n")
