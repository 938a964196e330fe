"""What cannot work is refused before anything starts, and the refusal names the thing."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.e2e.program import edit, extranet, running
from tests.servers import free_port

INVENTORY = """\
schema: 1
carriers: {telecom: {title: 电信}}
contracts: {lease: {carrier: telecom, title: Lease, availability: 99.9}}
sites:
  hb: {title: 湖北, level: province}
  xg: {title: 孝感, level: city, parent: hb}
devices:
  near: {site: hb}
  far: {site: xg}
links:
  leased: {a: {device: near}, b: {device: far, address: 127.0.0.2:9}, contract: lease}
defaults: {probes: {echo: {wire: udp}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A province of two sites and a configuration that is good."""
    (tmp_path / "inventory.yaml").write_text(INVENTORY, "utf-8")
    (tmp_path / "monitor.yaml").write_text(
        f"store: {{path: data, disk_floor: 1M}}\napi: {{listen: 127.0.0.1:{free_port()}}}\n"
        "canaries: {self: {address: 127.0.0.1:9, wire: udp}}\n"
    )
    return tmp_path


def start(folder: Path, *options: object) -> tuple[int, str]:
    """Try to run the monitor; return its exit code and what it said."""
    done = extranet(
        "run", "--inventory", folder / "inventory.yaml", "--config", folder / "monitor.yaml",
        *options,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def test_every_mistake_of_both_files_is_named_with_its_line(folder: Path) -> None:
    edit(folder / "inventory.yaml", ("device: far, address", "device: fra, address"))
    edit(folder / "inventory.yaml", ("level: city", "level: town"))
    edit(folder / "monitor.yaml", ("store:", "stroe: 1\nstore:"))

    code, said = start(folder)

    assert code == 1
    assert "inventory.yaml:6" in said
    assert "inventory.yaml:11" in said
    assert 'did you mean "far"' in said
    assert "monitor.yaml:1" in said
    assert "Nothing was started" in said
    assert not (folder / "data").exists()


def test_a_secret_that_is_not_there_is_named(folder: Path) -> None:
    secret = "credentials: {v2: {version: 2c, community: '${EXTRANET_NOT_THERE}'}}\n"
    edit(folder / "inventory.yaml", ("sites:\n", secret + "sites:\n"))
    code, said = start(folder)
    assert code == 1
    assert "EXTRANET_NOT_THERE" in said


def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "inventory.yaml").unlink()
    code, said = start(folder)
    assert code == 1
    assert "inventory.yaml" in said


def test_a_port_that_is_taken_is_named(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        text = (folder / "monitor.yaml").read_text().splitlines()
        text[1] = f"api: {{listen: 127.0.0.1:{port}}}"
        (folder / "monitor.yaml").write_text("\n".join(text))
        code, said = start(folder)
    assert code == 1
    assert f"127.0.0.1:{port}" in said


def test_a_store_that_is_in_use_is_named_and_left_alone(folder: Path) -> None:
    with running(folder) as monitor:
        (folder / "second.yaml").write_text(
            (folder / "monitor.yaml")
            .read_text()
            .replace(monitor.address.rpartition(":")[2], str(free_port()))
        )
        done = extranet(
            "run", "--inventory", folder / "inventory.yaml", "--config", folder / "second.yaml"
        )
        assert monitor.get("/healthz") == {"ok": True}
        assert done.returncode == 1
        assert str(folder / "data") in done.stderr
        assert f"process {monitor.process.pid}" in done.stderr
        people = extranet("people", "list", "--config", folder / "monitor.yaml")
        assert people.returncode == 1
        assert "another monitor" in people.stderr
        assert monitor.end() == 0


def test_a_ledger_that_is_damaged_is_set_aside_and_named(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data/ledger.sqlite").write_bytes(b"this is no database at all" * 400)
    for _ in range(2):
        code, said = start(folder)
        assert code == 1
        assert "ledger-corrupt-" in said


def test_a_folder_for_the_recording_that_cannot_be_one_is_named(folder: Path) -> None:
    (folder / "file").touch()
    code, said = start(folder, "--record", folder / "file")
    assert code == 1
    assert str(folder / "file") in said


def test_a_demonstration_does_not_touch_what_is_not_its_own(tmp_path: Path) -> None:
    mine = tmp_path / "letters.txt"
    mine.write_text("dear all")
    done = extranet("demo", "--directory", tmp_path)
    assert done.returncode == 1
    assert str(tmp_path) in done.stderr
    assert mine.read_text() == "dear all"


def test_a_demonstration_that_is_too_small_is_refused_in_words(tmp_path: Path) -> None:
    done = extranet("demo", "--directory", tmp_path / "demo", "--sites", "29")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "30" in done.stderr


@pytest.mark.parametrize("listen", ["127.0.0.1", "nonsense", "0.0.0.0:8080"])
def test_an_address_to_listen_on_that_is_none_is_refused_in_words(
    tmp_path: Path, listen: str
) -> None:
    done = extranet("demo", "--directory", tmp_path / "demo", "--listen", listen)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "api.listen" in done.stderr


def test_a_sentence_comes_in_chinese_when_asked(folder: Path) -> None:
    edit(folder / "inventory.yaml", ("level: city", "level: town"))
    done = extranet(
        "--language", "zh", "check",
        "--inventory", folder / "inventory.yaml", "--config", folder / "monitor.yaml",
    )  # fmt: skip
    assert done.returncode == 1
    assert "未启动" in done.stdout or "没有启动" in done.stdout, json.dumps(done.stdout)
