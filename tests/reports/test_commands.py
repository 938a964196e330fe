"""`extranet sla report` and `close`, on a store that no monitor writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from inventory.model import link_target
from runtime.cli import main
from sla.records import PeriodClosed
from sla.states import State, Transition
from store.entries import Heartbeat
from store.ledger import FILE, open_ledger, open_reader
from store.people import load_people
from tests.sla.built import at

_LINKS = """
schema: 1
carriers: {telecom: {title: 电信}}
contracts:
  standard:
    carrier: telecom
    title: 市县专线
    availability: 99.9%
    profile: standard
    monthly_fee: 2600.00
sites:
  p: {title: 省, level: province}
  c: {title: 市, level: city, parent: p}
credentials: {}
devices:
  p-r1: {title: p, site: p, platform: huawei-vrp}
  c-r1: {title: c, site: c, platform: huawei-vrp}
links:
  a:
    title: 专线
    a: {device: p-r1}
    b: {device: c-r1}
    contract: standard
"""
Say = Callable[..., Any]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which the circuit was down for four hours in March 2026."""
    folder = tmp_path_factory.mktemp("commands")
    (folder / "inventory.yaml").write_text(_LINKS)
    (folder / "monitor.yaml").write_text("language: en\n")
    with closing(open_ledger(folder / "var", at("2026-02-01 00:00"))) as ledger:
        ledger.append([Heartbeat(at("2026-02-01 00:00")), Heartbeat(at("2026-04-20 00:00"))])
        for state, since in (
            (State.UP, "2026-02-01 00:00"),
            (State.DOWN, "2026-03-05 08:00"),
            (State.UP, "2026-03-05 12:00"),
        ):
            second = at(since)
            ledger.append([Transition(link_target("a"), state, second, second, "lost", "")])
        people = load_people(ledger.reads, lambda *entries: ledger.append(entries))
        people.add_person("wang", ("assessor",), (), (), "test", at("2026-02-01 00:00"))
        people.add_person("li", ("auditor",), (), (), "test", at("2026-02-01 00:00"))
    return folder


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def say(
    store: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Run `extranet sla ...` in the folder of the store."""
    monkeypatch.chdir(store)

    def do(*words: str) -> Done:
        with pytest.raises(SystemExit) as ended:
            main(["--language", "en", "sla", *words])
        said = capfd.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return do


def test_a_report_is_written_as_json(say: Say) -> None:
    done = say("report", "telecom", "2026-03")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert (made["links"][0]["seconds"]["DOWN"], made["status"]) == (4 * 3600, "OK")


def test_a_settled_report_is_read_as_it_was_settled(say: Say, store: Path) -> None:
    closing_ = say("close", "telecom", "2026-02", "--by", "wang")
    read = say("report", "telecom", "2026-02")

    assert closing_.returncode == 0, closing_.stderr
    with closing(open_reader(store / "var" / FILE)) as reader:
        (record,) = reader.records()
    assert isinstance(record.body, PeriodClosed)
    assert (record.person, record.body.report) == (
        "wang", hashlib.sha256(read.stdout.encode()).hexdigest(),
    )  # fmt: skip


def test_the_page_over_all_is_of_what_is_kept(say: Say) -> None:
    say("close", "telecom", "2026-01", "--by", "wang")
    page = say("leader", "2026-01", "--language", "en")
    assert page.returncode == 0, page.stderr
    assert "电信" in page.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report", "nobody", "2026-03"), "nobody"),
        (("report", "telecom", "2126-03"), "2126-03"),
        (("report", "telecom", "2026-03-05..2026-03-01"), "2026-03-05..2026-03-01"),
        (("report", "telecom", "2026-03", "--format", "docx"), "docx"),
        (("report", "telecom", "2026-03", "--revision", "4"), "no report"),
        (("leader", "2026-03"), "2026-03"),
        (("leader", "2026-3"), "2026-3"),
        (("close", "telecom", "2026-03", "--by", "li"), "li"),
        (("close", "telecom", "2026-03", "--by", "wang", "--correct"), "not closed"),
    ],
)
def test_what_cannot_be_done_is_said(say: Say, words: tuple[str, ...], said: str) -> None:
    done = say(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
