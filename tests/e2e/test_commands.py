"""The commands of a person at a terminal, on real files and a province that answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.reader import open_reader
from tests.e2e.program import extranet, running, token_in
from tests.e2e.province import province
from tests.servers import wait_for
from tests.simulator.served import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A province that answers; no monitor runs on it."""
    with province(tmp_path_factory.mktemp("commands")) as one:
        yield one


@pytest.fixture
def files(served: Served) -> tuple[str, ...]:
    """The options that name its files."""
    return (
        "--inventory", str(served.folder / "inventory.yaml"),
        "--config", str(served.folder / "monitor.yaml"),
    )  # fmt: skip


def test_check_counts_what_is_good(served: Served, files: tuple[str, ...]) -> None:
    done = extranet("check", *files)
    assert done.returncode == 0, done.stdout
    assert f"{len(served.plan.links)} links" in done.stdout


def test_check_accepts_the_examples_of_the_project() -> None:
    root = Path(__file__).parents[2]
    secrets = {
        f"EXTRANET_{name}": "a long enough secret" for name in ("COMMUNITY", "AUTH_KEY", "PRIV_KEY")
    }
    done = extranet(
        "check", "--inventory", root / "inventory.yaml", "--config", root / "monitor.yaml",
        environ=secrets,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "error" not in done.stdout


def test_dump_shows_everything_but_secrets(served: Served) -> None:
    done = extranet("dump", "--inventory", served.folder / "inventory.yaml")
    assert done.returncode == 0, done.stderr
    assert served.plan.links[0].id in done.stdout
    assert served.community not in done.stdout


def test_ask_explains_a_poll(served: Served, files: tuple[str, ...]) -> None:
    device = served.plan.devices[0].id
    done = extranet("ask", f"device:{device}", "interfaces", *files)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "outcome   ANSWERED" in done.stdout
    assert f"{device}  extranet_device_uptime_ticks = " in done.stdout
    assert "GET" in done.stdout
    assert served.community not in done.stdout


def test_ask_explains_an_echo(served: Served, files: tuple[str, ...]) -> None:
    link = served.plan.links[0].id
    done = extranet("ask", f"link:{link}", "echo", *files)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "outcome   ANSWERED" in done.stdout
    assert "ms" in done.stdout


def test_ask_of_a_cut_link_hears_nothing_and_says_so(
    served: Served, files: tuple[str, ...]
) -> None:
    link = served.plan.trunks[0].id
    served.control.begin("cut", f"link:{link}")
    try:
        done = extranet("ask", f"link:{link}", "echo", *files)
    finally:
        served.control.end("cut", f"link:{link}")
    assert done.returncode == 2
    assert "outcome   SILENT" in done.stdout


def test_ask_about_nothing_suggests_something(served: Served, files: tuple[str, ...]) -> None:
    link = served.plan.links[0].id
    wrong = extranet("ask", f"link:{link[:-1]}", "echo", *files)
    assert wrong.returncode == 1
    assert f"link:{link}" in wrong.stderr
    kind = extranet("ask", f"link:{link}", "interfaces", *files)
    assert kind.returncode == 1
    assert "echo" in kind.stderr


def test_people_come_change_their_token_and_go(served: Served) -> None:
    config = ("--config", str(served.folder / "monitor.yaml"))
    added = extranet("people", "add", "zhang", "--role", "viewer", "--carrier", "telecom", *config)
    assert added.returncode == 0, added.stderr
    first = token_in(added.stdout)
    assert extranet("people", "add", "zhang", "--role", "viewer", *config).returncode == 1
    assert "zhang\tviewer\ttelecom" in extranet("people", "list", *config).stdout
    second = token_in(extranet("people", "renew", "zhang", *config).stdout)
    with running(served.folder, token=second) as monitor:
        assert monitor.ask("/api/v1/links")[0] == 200
        assert monitor.ask("/api/v1/links", token=first)[0] == 401
        carriers = {row["carrier"] for row in monitor.items("/api/v1/links")}
        assert carriers == {"telecom"}
        monitor.end()
    ledger = (served.folder / "data/ledger.sqlite").read_bytes()
    assert second.encode() not in ledger
    assert extranet("people", "remove", "zhang", *config).returncode == 0
    assert "zhang" not in extranet("people", "list", *config).stdout
    assert extranet("people", "renew", "zhang", *config).returncode == 1
    alike = extranet("people", "add", "Zhang ", "--role", "assessor", *config)
    assert (alike.returncode, alike.stdout) == (1, ""), "one person under two names"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "li"), "--role"),
        (("add", "li", "--role", "king"), "--role"),
        (("add", "li", "--role", "carrier"), "--carrier"),
        (("add",), "name"),
        (("remove", "nobody"), "nobody"),
    ],
)
def test_a_wrong_word_about_people_is_explained(
    served: Served, words: tuple[str, ...], said: str
) -> None:
    done = extranet("people", *words, "--config", served.folder / "monitor.yaml")
    assert done.returncode == 1
    assert said in done.stderr


def test_a_backup_is_taken_while_it_runs_and_restored_elsewhere(
    served: Served, tmp_path: Path
) -> None:
    config = ("--config", str(served.folder / "monitor.yaml"))
    with running(served.folder) as monitor:
        wait_for(monitor.all_known, 180, what="every site and link known")
        saved = extranet("backup", tmp_path / "extranet.backup", *config)
        assert saved.returncode == 0, saved.stderr
        monitor.end()
    occupied = extranet("restore", tmp_path / "extranet.backup", *config)
    assert occupied.returncode == 1
    assert "not empty" in occupied.stderr
    (tmp_path / "monitor.yaml").write_text("store: {path: new}\n")
    other = ("--config", str(tmp_path / "monitor.yaml"))
    restored = extranet("restore", tmp_path / "extranet.backup", *other)
    assert restored.returncode == 0, restored.stderr
    with closing(open_reader(tmp_path / "new/ledger.sqlite")) as reader:
        known = {target for target in reader.last_transitions() if target.startswith("link:")}
        assert known == {f"link:{link.id}" for link in served.plan.links}
        assert reader.verify_audit() is None
    with closing(sqlite3.connect(tmp_path / "new/ledger.sqlite")) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    (tmp_path / "broken").write_bytes(b"no backup")
    broken = extranet("restore", tmp_path / "broken", "--config", tmp_path / "other.yaml")
    assert broken.returncode == 1


def test_replay_names_what_it_cannot_find(
    served: Served, files: tuple[str, ...], tmp_path: Path
) -> None:
    words = ("--carrier", "telecom", "--period", "2026-11")
    nothing = extranet("replay", tmp_path, *words, *files)
    assert nothing.returncode == 1
    assert str(tmp_path) in nothing.stderr
    nobody = extranet("replay", tmp_path, "--carrier", "nobody", "--period", "2026-11", *files)
    assert nobody.returncode == 1
    assert "telecom" in nobody.stderr


def test_help_is_there_in_both_languages() -> None:
    assert "recorded observations" in extranet("replay", "--help").stdout
    assert "资源清单" in extranet("check", "--help", environ={"LC_ALL": "zh_CN.UTF-8"}).stdout
