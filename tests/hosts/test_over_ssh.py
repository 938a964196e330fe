"""The script over a real sshd: asked twice on one line, read as this machine is."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.hosts._reading import busy_ratio
from collectors.hosts._script import SCRIPT, SECTIONS, read
from metrics.observation import Outcome
from tests.ssh.asking import access, asking, login, pin
from tests.ssh.sshd import make_key, sshd

pytestmark = pytest.mark.server("sshd")


def test_a_host_answers_whole_over_the_line_that_is_kept(tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    with sshd(tmp_path / "sshd", [key]) as server:
        keys = pin(tmp_path / "host_keys", ("srv1", server.host_keys["ed25519"]))
        way = access(server.port, login(key=key.read_text("ascii")))
        with asking(keys) as one:
            said = [one.ask(way, SCRIPT), one.ask(way, SCRIPT)]
        logins = server.log.count("Accepted publickey")
    assert [(each.outcome, each.reason) for each in said] == [(Outcome.ANSWERED, "")] * 2
    first, second = (read(each.texts[0]) for each in said)
    assert first is not None
    assert second is not None
    assert not {"stat", "memory", "load", "mounts", "end"} & {*first.missing, *second.missing}
    assert all(f"#extranet {name}\n" in said[0].texts[0] for name in SECTIONS)
    assert second.uptime is not None
    assert first.uptime is not None
    assert second.uptime >= first.uptime
    busy = busy_ratio(first, second)
    assert busy is None or 0 <= busy <= 1
    assert logins == 1


def test_a_forced_command_is_told_from_the_scripts_answer(tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    with sshd(tmp_path / "sshd", [key], options=["ForceCommand echo not for you"]) as server:
        keys = pin(tmp_path / "host_keys", ("srv1", server.host_keys["ed25519"]))
        with asking(keys) as one:
            said = one.ask(access(server.port, login(key=key.read_text("ascii"))), SCRIPT)
    assert said.outcome is not Outcome.ANSWERED or read(said.texts[0]) is None
