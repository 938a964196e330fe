"""The command line of simulated gear, without SSH: what is typed and what stands on the screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from simulator import ssh_nodes
from simulator.ssh_dialects import DIALECTS
from simulator.ssh_nodes import Node
from simulator.ssh_outputs import answer, configuration
from simulator.ssh_shell import Shell

VERSION = {name: d.configuration.split()[0] + " version" for name, d in DIALECTS.items()}

LONG = {
    "huawei_vrp": "display transceiver verbose",
    "h3c_comware": "display transceiver diagnosis interface",
    "zte_zxros": "show opticalinfo brief",
    "ruijie_rgos": "show interfaces transceiver diagnosis",
}


def node(dialect: str, *quirks: str, secret: str = "") -> Node:
    return Node("r1", "127.0.0.1", 0, dialect, "u", secret=secret, quirks=quirks, ports=("ge1",))


def screen(one: Node, *typed: str, revision: int = 0) -> str:
    """Return all that stands on the screen when the other side has typed this and gone."""
    said: list[bytes] = []
    keys = iter([line.encode() for line in typed])
    shell = Shell(
        one, lambda: next(keys, b""), said.append, now=lambda: 0.0, revision=lambda: revision
    )
    shell.run()
    codec = "utf-8" if "latin" in one.quirks else DIALECTS[one.dialect].codec
    return b"".join(said).decode(codec)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_typed_is_echoed_and_answered_and_the_prompt_comes_again(dialect: str) -> None:
    shown = screen(node(dialect), f"{VERSION[dialect]}\r")
    prompt = DIALECTS[dialect].privileged.format(name="r1")

    assert shown.startswith(DIALECTS[dialect].banner.replace("\n", "\r\n") + prompt)
    assert f"{prompt}{VERSION[dialect]}\r\n" in shown
    assert shown.endswith(f"\r\n{prompt}")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_it_does_not_know_it_says_in_its_own_words(dialect: str) -> None:
    assert DIALECTS[dialect].unknown.replace("\n", "\r\n") in screen(node(dialect), "dance\r")


@pytest.mark.parametrize("dialect", LONG)
def test_a_long_answer_stops_at_each_page_until_a_key_is_pressed(dialect: str) -> None:
    one = replace(node(dialect), ports=tuple(f"port{number}" for number in range(40)))
    whole = answer(one, LONG[dialect], 0.0, 0)
    assert whole is not None
    lines = whole.splitlines()

    stopped = screen(one, f"{LONG[dialect]}\r")
    assert stopped.endswith(DIALECTS[dialect].more)
    assert "port39" not in stopped

    paged = screen(one, f"{LONG[dialect]}\r", *[" "] * (len(lines) // 24))
    assert DIALECTS[dialect].wipe in paged
    assert "port39" in paged
    assert paged.endswith(DIALECTS[dialect].privileged.format(name="r1"))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_paging_can_be_turned_off(dialect: str) -> None:
    off, command = DIALECTS[dialect].unpaged[0], DIALECTS[dialect].configuration
    shown = screen(node(dialect), f"{off}\r", f"{command}\r")

    assert DIALECTS[dialect].more not in shown
    assert configuration(node(dialect), 0).splitlines()[-1] in shown


def test_an_account_that_may_only_look_has_to_enable() -> None:
    looking = node("ruijie_rgos", secret="let-me")

    assert "running-config\r\n" + DIALECTS["ruijie_rgos"].unknown.replace("\n", "\r\n") in screen(
        looking, "show running-config\r"
    )
    assert screen(looking, "enable\r", "wrong\r").endswith("r1>")
    right = screen(looking, "enable\r", "let-me\r")
    assert right.endswith("r1#")
    assert "let-me" not in right


def test_a_changed_configuration_differs_in_a_line() -> None:
    before, after = (configuration(node("huawei_vrp"), n).splitlines() for n in (0, 1))

    assert len([1 for a, b in zip(before, after, strict=True) if a != b]) == 1


def test_a_box_that_asks_takes_a_no() -> None:
    shown = screen(node("huawei_vrp", "asks_password"), "N\r", "display version\r")

    assert "Change now?" in shown
    assert "VRP (R) software" in shown


def test_backspace_takes_back() -> None:
    assert "VRP (R)" in screen(node("huawei_vrp"), "display verX\bsion\r")


def test_nodes_are_kept_in_a_file_that_only_the_owner_reads(tmp_path: Path) -> None:
    nodes = [node("zte_zxros", "flood"), node("huawei_vrp", secret="x")]
    ssh_nodes.write(tmp_path / "nodes", nodes)

    assert ssh_nodes.read(tmp_path / "nodes") == nodes
    assert (tmp_path / "nodes").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ['{"a": 1}', '[{"id": "x"}]', "[1]"])
def test_a_file_that_holds_no_nodes_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "nodes").write_text(text)

    with pytest.raises(ValueError, match="no list of SSH nodes"):
        ssh_nodes.read(tmp_path / "nodes")


def test_a_quirk_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    ssh_nodes.write(tmp_path / "nodes", [node("zte_zxros", "sings")])

    with pytest.raises(ValueError, match="sings"):
        ssh_nodes.read(tmp_path / "nodes")
