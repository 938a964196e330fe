"""`extranet sla bundle`, `verify` and `recompute`, on a store that no monitor writes."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from inventory.model import link_target
from runtime.cli import main
from runtime.evidence.log_key import log_key
from runtime.reports.bundle_files import write
from sla.proof import keys, note
from sla.proof.note import Checkpoint
from sla.records import PeriodClosed, encode
from sla.states import State, Transition
from store import evidence, evidence_log
from store.entries import Heartbeat
from store.evidence_leaves import leaves_of
from store.evidence_log import open_log
from store.ledger import FILE, open_ledger, open_reader
from store.people import load_people
from tests.reports.story import inventory_of
from tests.sla.built import at, link

_INVENTORY = """
schema: 1
carriers: {telecom: {title: 电信}}
contracts:
  standard: {carrier: telecom, title: 市县专线, availability: 99.9%, profile: standard}
sites:
  p: {title: 省, level: province}
  c: {title: 市, level: city, parent: p}
credentials: {}
devices:
  p-r1: {title: p, site: p, platform: huawei-vrp}
  c-r1: {title: c, site: c, platform: huawei-vrp}
links:
  a: {title: 专线, a: {device: p-r1}, b: {device: c-r1}, contract: standard}
"""
_FIRST, _LAST = at("2026-03-31 00:00"), at("2026-04-01 12:00")
_DOWN, _UP = at("2026-03-31 08:00"), at("2026-03-31 12:00")
_ORIGIN = "extranet-monitor"


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


Say = Callable[..., Done]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which a circuit was down for four hours, with evidence and a signed log."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "inventory.yaml").write_text(_INVENTORY)
    (folder / "monitor.yaml").write_text("language: en\n")
    store = folder / "var"
    with closing(open_ledger(store, _FIRST)) as ledger:
        ledger.append([Heartbeat(_FIRST), Heartbeat(_LAST)])
        for state, since in ((State.UP, _FIRST), (State.DOWN, _DOWN), (State.UP, _UP)):
            ledger.append([Transition(link_target("a"), state, since, since, "lost", "")])
        people = load_people(ledger.reads, lambda *entries: ledger.append(entries))
        people.add_person("wang", ("assessor",), (), (), "test", _FIRST)
    where = store / evidence.FOLDER
    inventory = inventory_of(link("a"))
    with (
        closing(open_reader(store / FILE)) as reader,
        closing(open_log(store / evidence_log.FOLDER)) as log,
    ):
        for hour in range(_FIRST, _LAST, 3600):
            evidence.keep_hour(where, store, hour, inventory, reader, None, heard=False)
            log.append(leaves_of(where, hour))
        key = log_key(log.folder, _ORIGIN)
        roots = log.roots()
        said = Checkpoint(_ORIGIN, len(log), roots.sha256, roots.sm3, _LAST)
        log.notes.add(note.sign(said.text, _ORIGIN, key.key))
    keys.make(folder / "report.key")
    return folder


@pytest.fixture
def store(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, in which we stand."""
    shutil.copytree(kept, tmp_path / "x")
    monkeypatch.chdir(tmp_path / "x")
    return tmp_path / "x"


@pytest.fixture
def say(capfd: pytest.CaptureFixture[str]) -> Say:
    """Run `extranet sla ...`."""

    def do(*words: str) -> Done:
        with pytest.raises(SystemExit) as ended:
            main(["--language", "en", "sla", *words])
        said = capfd.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return do


def _keys(done: Done) -> tuple[str, str, str, str]:
    """Return the keys that `verify` shows, as arguments."""
    words = done.stdout.split()
    report = next(word for word in words if "/report+" in word)
    log = next(word for word in words if word.startswith(f"{_ORIGIN}+"))
    return "--log-key", log, "--report-key", report


def test_a_bundle_is_made_checked_and_computed_again(store: Path, say: Say) -> None:
    made = say("bundle", "telecom", "2026-03", "--out", "x.zip", "--key", "report.key")
    assert (made.returncode, made.stderr) == (0, "")
    shown = _keys(say("verify", "x.zip"))

    checked, again = say("verify", "x.zip", *shown), say("recompute", "x.zip", *shown)
    theirs = subprocess.run(
        [sys.executable, "-I", Path(__file__).parents[2] / "sla/proof/verifier.py",
         store / "x.zip", *shown],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (checked.returncode, checked.stderr) == (0, "")
    assert (again.returncode, again.stderr) == (0, "")
    assert "byte for byte" in again.stdout
    assert (theirs.returncode, theirs.stderr) == (0, "")
    assert "1 circuits, 0 differ" in theirs.stdout


def test_without_a_report_key_the_log_signs_and_that_is_said(store: Path, say: Say) -> None:
    made = say("bundle", "telecom", "2026-03")

    assert made.returncode == 0
    assert "not by a report key" in made.stdout
    assert (store / "telecom-2026-03.zip").exists()


def test_keys_that_were_not_given_are_warned_of(store: Path, say: Say) -> None:
    say("bundle", "telecom", "2026-03", "--out", "x.zip")

    assert "WARNING" in say("verify", "x.zip").stderr


def test_of_a_settled_period_it_is_the_settled_report(store: Path, say: Say) -> None:
    closed = say("close", "telecom", "2026-03", "--by", "wang")
    assert closed.returncode == 0, closed.stderr
    settled = say("report", "telecom", "2026-03").stdout

    made = say("bundle", "telecom", "2026-03", "--out", "x.zip")

    assert made.returncode == 0, made.stderr
    with ZipFile("x.zip") as archive:
        assert archive.read("report.json").decode() == settled
    assert say("recompute", "x.zip").returncode == 0


@pytest.mark.parametrize(
    ("command", "before", "after", "said"),
    [
        ("recompute", '"month_quota":null', '"month_quota":9', "manifest.month_quota"),
        ("verify", f'"since":{at("2026-02-22 00:00")}', '"since":1772294400', "since"),
        ("verify", '"period":"2026-03"', '"period":"2026Q1"', "period"),
    ],
)
def test_a_manifest_that_says_what_does_not_follow_is_named(
    store: Path, say: Say, command: str, before: str, after: str, said: str
) -> None:
    """By somebody who has the report key: the verifier takes the months of quotas from it."""
    say("bundle", "telecom", "2026-03", "--out", "x.zip", "--key", "report.key")
    with ZipFile("x.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = files["manifest.json"].replace(before.encode(), after.encode())
    assert manifest != files["manifest.json"]
    fresh, old = (hashlib.sha256(x).hexdigest() for x in (manifest, files["manifest.json"]))
    text = note.parse(files["manifest.sig"]).text.replace(old, fresh)
    signed = note.encode(note.sign(text, f"{_ORIGIN}/report", keys.read(store / "report.key")))
    write(store / "x.zip", (files | {"manifest.json": manifest, "manifest.sig": signed}).items())

    done = say(command, "x.zip")

    assert (done.returncode, said in done.stderr) == (1, True)


def _told_later(store: Path) -> None:
    """Enter an outage into the ledger that the sealed evidence does not have."""
    since, until = at("2026-03-31 20:00"), at("2026-03-31 21:00")
    with closing(open_ledger(store / "var", _LAST)) as ledger:
        for state, second in ((State.DOWN, since), (State.UP, until)):
            ledger.append([Transition(link_target("a"), state, second, second, "lost", "")])


def test_a_ledger_that_says_something_else_is_named_with_circuit_and_time(
    store: Path, say: Say
) -> None:
    _told_later(store)

    made = say("bundle", "telecom", "2026-03", "--out", "x.zip")

    assert made.returncode == 1
    assert f"a [{at('2026-03-31 20:00')}, {at('2026-03-31 21:00')})" in made.stderr
    assert not Path("x.zip").exists()


def test_anyway_the_evidence_holds_and_the_bundle_says_so(store: Path, say: Say) -> None:
    _told_later(store)

    made = say("bundle", "telecom", "2026-03", "--out", "x.zip", "--anyway")

    assert made.returncode == 0, made.stderr
    assert "something else than the evidence" in say("verify", "x.zip").stdout
    assert say("recompute", "x.zip").returncode == 0


def _without_a(store: Path) -> None:
    """Put another circuit in the place of the one that was watched."""
    text = (store / "inventory.yaml").read_text()
    (store / "inventory.yaml").write_text(text.replace("  a: {title: 专线", "  z: {title: 专线"))


def test_a_circuit_that_left_the_inventory_is_named_and_nothing_is_written(
    store: Path, say: Say
) -> None:
    _without_a(store)

    made = say("bundle", "telecom", "2026-03", "--out", "x.zip")

    assert made.returncode == 1
    assert "not in the report: a." in made.stderr
    assert not Path("x.zip").exists()


def test_anyway_the_bundle_says_which_circuit_it_lacks(store: Path, say: Say) -> None:
    _without_a(store)

    assert say("bundle", "telecom", "2026-03", "--out", "x.zip", "--anyway").returncode == 0

    assert "watched in the period: a" in say("verify", "x.zip").stdout


def test_a_bundle_that_lacks_a_circuit_comes_to_the_same_report_again(
    store: Path, say: Say
) -> None:
    _without_a(store)
    say("bundle", "telecom", "2026-03", "--out", "x.zip", "--anyway")

    again = say("recompute", "x.zip")

    assert (again.returncode, "byte for byte" in again.stdout) == (0, True)
    with ZipFile("x.zip") as archive:
        assert '"left_out":["a"]' in archive.read("report.json").decode()


def test_the_report_names_the_circuit_that_left_the_inventory(store: Path, say: Say) -> None:
    before = say("report", "telecom", "2026-03").stdout
    _without_a(store)

    after = say("report", "telecom", "2026-03").stdout

    assert ('"left_out"' in before, '"left_out":["a"]' in after) == (False, True)


def _records(store: Path) -> list[PeriodClosed]:
    with closing(open_reader(store / "var" / FILE)) as reader:
        bodies = [record.body for record in reader.records()]
    return [body for body in bodies if isinstance(body, PeriodClosed)]


def test_a_period_is_not_closed_without_a_circuit_that_left_the_inventory(
    store: Path, say: Say
) -> None:
    _without_a(store)

    done = say("close", "telecom", "2026-03", "--by", "wang")

    assert (done.returncode, _records(store)) == (1, [])
    assert "counts them: a." in done.stderr


def test_closed_anyway_the_record_names_the_circuit_and_a_bundle_is_that_report(
    store: Path, say: Say
) -> None:
    _without_a(store)

    done = say("close", "telecom", "2026-03", "--by", "wang", "--anyway")

    assert done.returncode == 0, done.stderr
    assert [body.left_out for body in _records(store)] == [("a",)]
    assert say("bundle", "telecom", "2026-03", "--out", "x.zip").returncode == 0


def test_where_all_are_counted_the_record_is_as_it_always_was(store: Path, say: Say) -> None:
    say("close", "telecom", "2026-03", "--by", "wang")

    (body,) = _records(store)
    assert b"left_out" not in encode(body)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("bundle", "nobody", "2026-03"), "nobody"),
        (("bundle", "telecom", "2126-03"), "2126-03"),
        (("bundle", "telecom", "2026-01", "--key", "none.key"), "none.key"),
        (("verify", "none.zip"), "none.zip"),
        (("verify", "monitor.yaml"), "no bundle"),
        (("verify", "monitor.yaml", "--log-key", "x"), "no public key"),
    ],
)
def test_what_cannot_be_done_is_said(
    store: Path, say: Say, words: tuple[str, ...], said: str
) -> None:
    done = say(*words)

    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def _zip(path: Path, *files: tuple[str, bytes]) -> None:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ((), "manifest.json"),
        ((("../x.json", b"{}"),), "../x.json"),
        ((("/etc/passwd", b""),), "/etc/passwd"),
        ((("manifest.json", b"{"),), "manifest.json"),
        ((("manifest.json", b"[" * 100_000),), "manifest.json"),
        ((("manifest.json", b'{"files":{}}'),), "manifest.json"),
    ],
)  # fmt: skip
def test_an_archive_that_means_harm_is_refused_in_words(
    files: tuple[tuple[str, bytes], ...], said: str, tmp_path: Path, say: Say
) -> None:
    _zip(tmp_path / "x.zip", *files)

    for command in ("verify", "recompute"):
        done = say(command, str(tmp_path / "x.zip"))
        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_a_file_that_claims_to_be_too_large_is_not_unpacked(tmp_path: Path, say: Say) -> None:
    path = tmp_path / "x.zip"
    _zip(path, ("report.json", bytes(12_345_678)))
    size = (12_345_678).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (0x7FFFFFFF).to_bytes(4, "little")))

    done = say("verify", str(path))

    assert (done.returncode, "larger" in done.stderr) == (1, True)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(tmp_path: Path, say: Say) -> None:
    _zip(tmp_path / "x.zip", ("report.json", b"{}"), ("report.json", b"[]"))

    done = say("verify", str(tmp_path / "x.zip"))

    assert (done.returncode, "twice" in done.stderr) == (1, True)
