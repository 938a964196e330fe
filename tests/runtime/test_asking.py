"""`extranet ask`: what the schedule would say, in a sentence, in the reader's language."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.commands.ask import run

EXTRANET = str(Path(sys.executable).with_name("extranet"))
WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-net_raw") if os.geteuid() == 0 else ()
KNOCK = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)"
INVENTORY = """
schema: 1
carriers: {{telecom: {{title: 电信}}}}
contracts:
  standard: {{carrier: telecom, title: standard, availability: 99.9, bandwidth: 100M}}
credentials: {{v2: {{version: 2c, community: "${{COMMUNITY}}"}}}}
sites: {{hb: {{title: 省, level: province}}, xs: {{title: 市, level: city, parent: hb}}}}
devices:
  hb-r1:
    site: hb
    address: "127.0.0.1:{port}"
    credential: v2
    probes: [{{kind: interfaces, every: 10s, deadline: 300ms, timeout: 30}}]
  xs-r1: {{site: xs}}
links:
  xs-1:
    a: {{device: hb-r1, interface: ge1}}
    b: {{device: xs-r1, interface: ge1, address: 127.0.0.1}}
    contract: standard
    probes: [{{kind: echo, wire: icmp, every: 10s, count: 2}}]
"""


def inventory(folder: Path, port: int = 161) -> Path:
    path = folder / "inventory.yaml"
    path.write_text(INVENTORY.format(port=port), encoding="utf-8")
    return path


@pytest.mark.parametrize("language", ["en", "zh"])
def test_where_icmp_is_not_permitted_ask_says_what_to_set(tmp_path: Path, language: str) -> None:
    if WITHOUT_RIGHTS and shutil.which(WITHOUT_RIGHTS[0]) is None:
        pytest.skip("setpriv is not here")
    knock = subprocess.run(
        [*WITHOUT_RIGHTS, sys.executable, "-c", KNOCK], check=False, capture_output=True
    )
    if knock.returncode == 0:
        pytest.skip("ICMP is permitted to everybody here")
    done = subprocess.run(
        [
            *WITHOUT_RIGHTS, EXTRANET, "--language", language, "ask", "link:xs-1", "echo",
            "--inventory", str(inventory(tmp_path)),
        ],
        check=False, capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "COMMUNITY": "public"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "sysctl -w net.ipv4.ping_group_range=" in done.stderr


def ask_of_silence(
    folder: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    """Ask a device that never answers, with a time-out far beyond the deadline."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        path = inventory(folder, mute.getsockname()[1])
        environ = {"COMMUNITY": "public"}
        code = run(path, None, "device:hb-r1", "interfaces", environ, language)  # type: ignore[arg-type]
    return code, capsys.readouterr().out


def test_ask_ends_at_the_deadline_as_the_schedule_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = ask_of_silence(tmp_path, "en", capsys)
    assert code == 2
    assert "outcome   SILENT deadline\n" in said
    assert "not over by its deadline" in said
    assert float(re.findall(r"took +([0-9.]+) ms", said)[0]) < 10_000


def test_ask_speaks_chinese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _, said = ask_of_silence(tmp_path, "zh", capsys)
    for word in ("探测", "周期", "问题", "结果", "未在截止时间前完成", "用时"):
        assert word in said
