"""`extranet discover` as a person uses it: what it prints, what it refuses, what it never shows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from inventory.load import load
from tests.servers import free_port, run_program, wait_for

BOX = Path(__file__).parents[1] / "devices" / "huawei_vrp" / "s5735-l24t4x" / "walk.snmprec"
COMMUNITY = "hunter2-hunter2"
REPLAY = (sys.executable, "-m", "simulator", "replay")


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a recorded switch in a process of its own; give its address."""
    log = tmp_path_factory.mktemp("replay") / "log"
    with run_program([*REPLAY, str(BOX), "--community", COMMUNITY], log):
        ready = wait_for(lambda: json.loads(log.read_text(encoding="utf-8")), what="the replay")
        yield f"127.0.0.1:{ready['snmp']}"


def discover(
    *words: str, entered: str = "", environ: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "runtime.cli", "--language", "en", "discover", *words],
        input=entered,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), **(environ or {})},
    )


@pytest.mark.parametrize("engine", ["gufo", "pysnmp"])
def test_json_is_one_document_with_units_in_its_names(agent: str, engine: str) -> None:
    done = discover(agent, "--community", COMMUNITY, "--json", "--engine", engine)
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert (told["platform"], told["model"]) == ("huawei_vrp", "S5735-L24T4X-A1")
    assert told["uptime_seconds"] == 51_840_000
    assert told["cpu"] == [{"name": "MPU Board 0", "ratio": 0.17}]
    (port,) = (one for one in told["interfaces"] if one["name"] == "GigabitEthernet0/0/2")
    assert (port["admin"], port["oper"], port["alias"]) == ("down", "down", "to 市 centre")


def test_what_is_absent_is_absent(agent: str) -> None:
    told = json.loads(discover(agent, "--community", COMMUNITY, "--json").stdout)
    (loopback,) = (one for one in told["interfaces"] if one["name"] == "InLoopBack0")
    assert "speed_bps" not in loopback
    assert told["ospf_neighbours"] == []
    assert "missing" not in told


def test_the_stanza_is_a_device_that_the_inventory_takes(agent: str, tmp_path: Path) -> None:
    done = discover(agent, "--community", COMMUNITY)
    assert done.returncode == 0
    stanza = done.stdout[done.stdout.index("devices:") :]
    (device,) = yaml.safe_load(stanza)["devices"].values()
    assert device["platform"] == "huawei_vrp"
    assert device["address"] == agent
    assert "GigabitEthernet0/0/1" in device["interfaces"]
    assert "GigabitEthernet0/0/2" not in device["interfaces"]  # it is down
    reviewed = stanza.replace("SITE", "xs").replace("CREDENTIAL", "ro")
    path = tmp_path / "inventory.yaml"
    path.write_text(
        "schema: 1\nrevision: r\n"
        "credentials: {ro: {version: 2c, community: '${COMMUNITY}'}}\n"
        "sites: {xs: {title: Province, level: province}}\n" + reviewed,
        encoding="utf-8",
    )
    inventory, problems, _ = load(path, {"COMMUNITY": COMMUNITY})
    assert problems == []
    assert inventory is not None


def test_a_box_without_64_bit_counters_is_declared_with_32(tmp_path: Path) -> None:
    log = tmp_path / "log"
    old = BOX.parents[2] / "zte_zxros" / "t64g-octets" / "walk.snmprec"
    with run_program([*REPLAY, str(old), "--community", COMMUNITY], log):
        ready = wait_for(lambda: json.loads(log.read_text(encoding="utf-8")), what="the replay")
        done = discover(f"127.0.0.1:{ready['snmp']}", "--community", COMMUNITY)
    (device,) = yaml.safe_load(done.stdout[done.stdout.index("devices:") :])["devices"].values()
    assert device["probes"] == [{"kind": "interfaces", "counters": 32}]
    assert "gei_1/1" in device["interfaces"]


def test_a_community_may_come_by_standard_input_and_is_never_shown(agent: str) -> None:
    done = discover(agent, "--community", "-", entered=f"{COMMUNITY}\n")
    assert done.returncode == 0
    assert COMMUNITY not in done.stdout + done.stderr


def test_a_credential_of_the_inventory_opens_the_box(agent: str, tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(
        "schema: 1\nrevision: r\ncredentials: {ro: {version: 2c, community: '${COMMUNITY}'}}\n"
        "sites: {xs: {title: Province, level: province}}\n",
        encoding="utf-8",
    )
    words = (agent, "--inventory", str(path), "--json", "--credential")
    done = discover(*words, "ro", environ={"COMMUNITY": COMMUNITY})
    assert json.loads(done.stdout)["platform"] == "huawei_vrp"
    other = discover(*words, "rw", environ={"COMMUNITY": COMMUNITY})
    assert other.returncode == 1
    assert other.stderr == "no credential rw in the inventory; it has: ro\n"


def test_snmpv1_is_enough(agent: str) -> None:
    done = discover(agent, "--community", COMMUNITY, "--snmp", "1", "--json")
    assert json.loads(done.stdout)["model"] == "S5735-L24T4X-A1"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.example", "--community", "x"), "nowhere.example is no address;"),
        (("127.0.0.1:0", "--community", "x"), "127.0.0.1:0 is no address;"),
        (("127.0.0.1",), "say how to be let in:"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_asked(words: tuple[str, ...], said: str) -> None:
    done = discover(*words)
    assert done.returncode == 1
    assert done.stderr.startswith(said)


def test_silence_is_no_empty_device(agent: str) -> None:
    wrong = discover(agent, "--community", "wrong", "--timeout", "0.3")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith(f"{agent}: SILENT:")
    port = free_port()
    closed = discover(f"127.0.0.1:{port}", "--community", "x")
    assert closed.stderr.startswith(f"127.0.0.1:{port}: REFUSED:")


def test_a_reader_that_has_seen_enough_is_no_error(agent: str) -> None:
    command = [sys.executable, "-m", "runtime.cli", "discover", agent, "--community", COMMUNITY]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 141
