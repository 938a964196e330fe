"""Real datagrams: net-snmp's own commands, echoes, orders, and the log of the truth."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from simulator.control import Control, OrderError
from tests.servers import wait_for
from tests.simulator.served import Served, served

SYS_NAME = ".1.3.6.1.2.1.1.5.0"
UPTIME = ".1.3.6.1.2.1.1.3.0"
IF_NAME = ".1.3.6.1.2.1.31.1.1.1.1"


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("province")) as running:
        yield running


def _agent(province: Served, *, family: int) -> tuple[str, str]:
    """Return id and net-snmp address of an agent of that family."""
    wanted = family == 6
    device = next(one for one in province.plan.devices if (":" in one.host) == wanted)
    return (
        device.id,
        f"udp6:[{device.host}]:{device.port}" if wanted else f"{device.host}:{device.port}",
    )


@pytest.mark.server("snmpget")
@pytest.mark.parametrize("family", [4, pytest.param(6, marks=pytest.mark.ipv6)])
def test_snmpget_reads_the_agent_it_asked(province: Served, family: int) -> None:
    name, agent = _agent(province, family=family)
    assert province.snmp("snmpget", agent, SYS_NAME) == f'{SYS_NAME} = STRING: "{name}"\n'


@pytest.mark.server("snmpbulkwalk")
@pytest.mark.parametrize("family", [4, pytest.param(6, marks=pytest.mark.ipv6)])
def test_snmpbulkwalk_finds_every_port(province: Served, family: int) -> None:
    name, agent = _agent(province, family=family)
    ports = next(one.ports for one in province.plan.devices if one.id == name)
    lines = province.snmp("snmpbulkwalk", agent, IF_NAME).splitlines()
    assert ports < len(lines) < ports + 5
    assert all(re.fullmatch(rf'{re.escape(IF_NAME)}\.\d+ = STRING: "\S+"', line) for line in lines)


@pytest.mark.server("snmpbulkwalk")
def test_snmpbulkwalk_reads_the_whole_tree_without_an_error(province: Served) -> None:
    _, agent = _agent(province, family=4)
    lines = province.snmp("snmpbulkwalk", agent, ".1.3.6.1", options=("-Cr50",))
    assert "Error" not in lines
    assert "No more variables" in lines


@pytest.mark.server("snmpget")
def test_a_wrong_community_gets_nothing(province: Served) -> None:
    _, agent = _agent(province, family=4)
    text = province.snmp("snmpget", agent, SYS_NAME, options=("-c", "public", "-r", "0"))
    assert "Timeout" in text


def test_an_echo_comes_from_the_address_that_was_asked(province: Served) -> None:
    for link in province.plan.links[:20]:
        assert link.b.host is not None
        assert province.echo(link.b.host, link.b.port) == (link.b.host, b"hello")


@pytest.mark.ipv6
def test_an_echo_over_ipv6_comes_back(province: Served) -> None:
    link = next(link for link in province.plan.links if link.b.host == "::1")
    assert province.echo("::1", link.b.port) == ("::1", b"hello")


def test_an_address_that_nobody_has_does_not_answer(province: Served) -> None:
    assert province.echo("127.77.77.77", province.ready["echo"], wait=0.3) is None


def test_garbage_does_not_kill_it(province: Served) -> None:
    def counted() -> int:
        return int(province.control.counts().get("snmp_garbage", 0))

    before = counted()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for sent, size in enumerate(range(0, 1400, 7), 1):
            client.sendto(bytes(size), ("127.16.0.1", province.ready["snmp"]))
            if sent % 50 == 0:  # no more than its socket has room for
                wait_for(lambda n=sent: counted() >= before + n, what="it is counted")  # type: ignore[misc]
    assert province.echo("127.16.0.1", province.ready["echo"]) is not None


def test_a_cut_is_felt_and_stands_in_the_log_of_the_truth(province: Served) -> None:
    trunk = province.plan.trunks[0]
    village = next(link for link in reversed(province.plan.links) if link.a.site == trunk.b.site)
    assert trunk.b.host is not None
    assert village.b.host is not None
    before = time.time()
    province.control.begin("cut", f"link:{trunk.id}")
    during = time.time()
    assert province.echo(trunk.b.host, trunk.b.port, wait=0.3) is None
    assert province.echo(village.b.host, village.b.port, wait=0.3) is None
    province.control.end("cut", f"link:{trunk.id}")
    assert province.echo(trunk.b.host, trunk.b.port) is not None
    told = [
        (line["kind"], line["state"], line["at"])
        for line in province.truth()
        if line["target"] in {f"link:{trunk.id}", f"link:{village.id}"}
    ]
    assert [(kind, state) for kind, state, _ in told] == [
        ("link", "down"), ("link", "shadow"), ("cut", "down"),
        ("link", "up"), ("link", "up"), ("cut", "up"),
    ]  # fmt: skip
    assert before - 0.001 <= told[0][2] <= during + 0.001


def test_a_person_can_cut_a_link_from_the_command_line(province: Served) -> None:
    link = province.plan.trunks[3]
    assert link.b.host is not None
    for order, heard in (("begin", False), ("end", True)):
        command = [sys.executable, "-m", "simulator", order, str(province.folder)]
        subprocess.run([*command, "cut", f"link:{link.id}"], check=True, timeout=60)
        assert (province.echo(link.b.host, link.b.port, wait=0.5) is not None) == heard


def test_the_canary_stops_only_when_told(province: Served) -> None:
    port = province.ready["echo"]
    province.control.begin("blind", "canary:127.255.0.1")
    assert province.echo("127.255.0.1", port, wait=0.3) is None
    province.control.end("blind", "canary:127.255.0.1")
    assert province.echo("127.255.0.1", port) == ("127.255.0.1", b"hello")


def test_a_slow_agent_answers_late(province: Served) -> None:
    link = province.plan.trunks[1]
    device = next(one for one in province.plan.devices if one.id == link.b.device)
    province.control.begin("slow", f"device:{device.id}", 0.5)
    begun = time.monotonic()
    assert province.echo(device.host, province.ready["echo"]) is not None
    assert time.monotonic() - begun > 0.4  # a loop's timer may fire a little early
    province.control.end("slow", f"device:{device.id}")


def test_half_of_the_echoes_are_lost_where_half_shall_be(province: Served) -> None:
    link = province.plan.trunks[2]
    assert link.b.host is not None
    province.control.begin("loss", f"link:{link.id}", 0.5)
    heard = [
        province.echo(link.b.host, link.b.port, wait=wait) is not None for wait in (10, 0.15) * 3
    ]
    province.control.end("loss", f"link:{link.id}")
    assert heard == [True, False] * 3


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        ({"do": "explode"}, "no order 'explode'"),
        ({"do": "begin", "kind": "cut", "target": "link:nowhere"}, "nothing is named 'nowhere'"),
        ({"do": "begin", "kind": "cut", "target": "site:hubei"}, "cut befalls a link"),
        ({"do": "begin", "kind": "flap", "target": "link:x"}, "by script only"),
        ({"do": "begin", "what": 1}, "unexpected keyword"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(
    province: Served, order: dict[str, str], complaint: str
) -> None:
    with pytest.raises(OrderError, match=complaint):
        province.control.order(**order)


def test_an_order_without_the_key_is_refused(province: Served) -> None:
    with pytest.raises(OrderError, match="wrong key"):
        Control(province.control.port, "guess").begin("cut", "link:x")


def test_the_key_is_readable_by_its_owner_only(province: Served) -> None:
    assert (province.folder / "control.json").stat().st_mode & 0o077 == 0
    assert (province.folder / "community").stat().st_mode & 0o077 == 0


def test_a_script_is_acted_out(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Again and again: what is over before the servers are up is not acted out."""
    folder = tmp_path_factory.mktemp("scripted")
    script = folder / "script.yaml"
    dark = {"kind": "power_loss", "target": "site:xiaogan"}
    script.write_text(json.dumps([{"at": 4 * n, "until": 4 * n + 2, **dark} for n in range(15)]))
    with served(folder, sites=30, script=str(script)) as running:

        def causes() -> list[tuple[str, float]]:
            start = running.plan.settings.start
            lines = [line for line in running.truth() if line["kind"] == "power_loss"]
            return [(line["state"], line["at"] - start) for line in lines]

        wait_for(lambda: len(causes()) > 1, 90, what="an outage of power and its end")
        (down, begun), (up, ended) = causes()[:2]
    assert (down, up) == ("down", "up")
    assert ended >= begun // 4 * 4 + 2


def test_it_stops_when_it_is_told_to(tmp_path_factory: pytest.TempPathFactory) -> None:
    with served(tmp_path_factory.mktemp("stopped"), sites=30) as running:
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(60) == 0


def test_a_taken_port_is_named(province: Served) -> None:
    again = subprocess.run(
        [sys.executable, "-m", "simulator", "serve", str(province.folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert again.returncode == 1
    assert f"UDP port {province.ready['snmp']} of" in again.stderr
