"""A job reports to a running monitor, which is killed: what was reported is known afterwards.

Beside it a meeting's node is listened to, before the meeting and all the time.
"""

from __future__ import annotations

import json
import re
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL
from typing import Any

from tests.e2e.program import Monitor, running
from tests.paths.nodes import node
from tests.servers import free_port, wait_for

TOKEN = "of-the-nightly-job-0123456789"
INVENTORY = """
schema: 1
revision: "1"
sites:
  hb: {{title: Province, level: province}}
service_groups:
  meetings: {{title: 视频会议}}
services:
  nightly:
    title: 夜间备份
    kind: backup
    site: hb
    probes: [{{kind: heartbeat, every: 10s, token: {{file: token}}, expected: 1d}}]
  room:
    title: 会场
    kind: video
    site: hb
    group: meetings
    probes: [{{kind: path, every: 30s, wire: udp, address: "{node}"}}]
"""
CONFIGURATION = """
inventory: inventory.yaml
api: {{listen: "127.0.0.1:{port}"}}
store: {{path: store}}
canaries: {{near: {{address: "{node}", wire: udp}}}}
"""


@dataclass
class Told:
    """What was seen."""

    reported: int = 0
    before: dict[str, float] = field(default_factory=dict)
    after: dict[str, float] = field(default_factory=dict)
    check: Any = None
    logs: str = ""


def story(folder: Path) -> Told:
    """Report, listen, kill, look again."""
    told = Told()
    with node() as where:
        (folder / "inventory.yaml").write_text(INVENTORY.format(node=where), encoding="utf-8")
        (folder / "token").write_text(TOKEN, encoding="utf-8")
        (folder / "monitor.yaml").write_text(
            CONFIGURATION.format(node=where, port=free_port()), encoding="utf-8"
        )
        with running(folder) as monitor:
            told.reported, _ = monitor.ask(
                f"/beat/{TOKEN}?size=4096&took=7", token="", method="POST"
            )
            begun = _post(
                monitor, "/api/v1/paths/rehearsals", {"group": "meetings", "minutes": 0.02}
            )
            told.before = wait_for(lambda: _figures(monitor), 60, what="the report is heard")
            told.check = wait_for(lambda: _over(monitor, begun), 60, what="the check is over")
            monitor.end(SIGKILL)
            told.logs = monitor.log.read_text("utf-8")
        with running(folder, token=monitor.token, log="again.log") as monitor:
            told.after = wait_for(lambda: _figures(monitor), 60, what="the report is known")
            told.logs += monitor.log.read_text("utf-8")
    return told


def _post(monitor: Monitor, path: str, body: object) -> str:
    request = urllib.request.Request(  # noqa: S310 - loopback
        monitor.address + path,
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {monitor.token}"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
        begun: str = json.load(answer)["rehearsal"]["id"]
        return begun


def _over(monitor: Monitor, rehearsal: str) -> Any:
    (found,) = monitor.get(f"/api/v1/paths/rehearsals?rehearsal={rehearsal}")["items"]
    return None if found["ended"] is None else found


def _figures(monitor: Monitor) -> dict[str, float]:
    """Return what the report's check told last, by metric."""
    page = monitor.ask("/metrics/devices")[1].decode()
    found = re.findall(r'^(\w+)\{[^}]*check="heartbeat"[^}]*\} (\S+)$', page, re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_a_report_is_taken_without_logging_in(told: Told) -> None:
    assert told.reported == 200


def test_it_is_heard_and_after_a_kill_it_still_is(told: Told) -> None:
    for figures in (told.before, told.after):
        assert figures["probe_success"] == 1
        assert figures["extranet_backup_size_bytes"] == 4096
        assert figures["extranet_backup_took_seconds"] == 7
    age = "extranet_backup_age_seconds"
    assert told.after[age] >= told.before[age]


def test_before_the_meeting_its_node_is_good(told: Told) -> None:
    (room,) = told.check["nodes"]
    assert (room["service"], room["go"], room["rating"]) == ("room", True, "A")


def test_no_log_knows_the_token(told: Told) -> None:
    assert told.logs
    assert TOKEN not in told.logs
