"""From the simulator's world to a bundle that a stranger checks: the whole chain once, real parts.

What the world did is what the report says; what the report says is what the bundle comes to, by our
code and by the verifier in one file; and a byte that was changed on the way is found.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

from inventory.model import link_target
from runtime.assessments.rulesets import load
from runtime.cli import main
from runtime.evidence.log_key import PRIVATE
from runtime.evidence.work import limits as limits_by_link
from runtime.reports.bundle_files import write
from runtime.reports.inputs import gather
from sla import build, register
from sla.bundle import name_of
from sla.canonical import HourLeaf, leaf_of
from sla.inputs import Register
from sla.periods import whole
from sla.proof import keys, note, verifier
from sla.records import (
    CauseDecided,
    CauseProposed,
    Document,
    Fact,
    OverlayDecided,
    OverlayFiled,
    TicketNoted,
)
from sla.report import Link, Report
from sla.slot_sums import sums_of
from store import days, evidence
from store.evidence_log import FOLDER, read_log
from store.sums import sums, sums_from_hours
from tests.dispute.lists import a_list
from tests.e2e.quarter import Happening, Spans
from tests.e2e.sealed_days import CARRIER, LINKS, OTHER, PERIOD, Days, at, watched

CITY, LEG, TRUNK, VILLAGE = LINKS
OFF: Spans = [(at("09-01 02:50"), at("09-01 03:20"))]
"""Nobody watched, over the edge of an hour."""
CUTS = [
    (TRUNK, at("08-31 10:00"), at("08-31 10:44")),
    (OTHER, at("08-31 12:00"), at("08-31 12:30")),
    (LEG, at("08-31 23:40"), at("09-01 00:20")),
    (TRUNK, at("09-01 03:00"), at("09-01 03:10")),
    (VILLAGE, at("09-01 09:00"), at("09-01 09:30")),
    (VILLAGE, at("09-01 16:00"), at("09-01 16:20")),
    (TRUNK, at("09-01 23:30"), at("09-02 00:20")),
]
PAPER = Document("ab" * 32, "停电通知.pdf", 1234, "application/pdf")
START, END = at("08-31 00:00"), at("09-02 00:00")


@dataclass(frozen=True)
class Chain:
    """What was made: the first revision and its bundle, then the corrected one and its."""

    days: Days
    first: Report
    second: Report
    changed: Sequence[tuple[str, int, int, str, str]]
    bundles: Sequence[Path]


def _filed(overlay: str, link: str, start: int, end: int) -> OverlayFiled:
    return OverlayFiled(overlay, "P", (link,), start, end, "停电", documents=(PAPER,))


def _said(days_: Days) -> None:
    """File an overlay that is approved, a cause that is said and approved, and a ticket."""
    power, cut = at("09-01 09:00"), at("08-31 10:00")
    outage = f"{link_target(VILLAGE)}@{power}"
    facts = (Fact("ups_on_battery", power),)
    days_.file(
        ("", CauseProposed(outage, VILLAGE, power, at("09-01 09:30"), "power", facts=facts)),
        ("zhang", CauseDecided(outage, "say", "power", documents=(PAPER,))),
        ("zhang", CauseDecided(outage, "approve")),
        ("li", CauseDecided(outage, "approve")),
        ("zhang", _filed("o-1", VILLAGE, at("09-01 16:00"), at("09-01 16:20"))),
        ("li", OverlayDecided("o-1", "approve")),
        ("zhang", TicketNoted("t-1", f"{link_target(TRUNK)}@{cut}", TRUNK, cut + 120)),
    )


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    folder = tmp_path_factory.mktemp("chain")
    plan, inventory, canaries = watched(folder)
    lived = Days(folder, inventory)
    cuts = [Happening("cut", link_target(link), start, end) for link, start, end in CUTS]
    lived.live(plan, canaries, cuts, OFF)
    lived.keep()
    _said(lived)
    first, _ = lived.settle("wang")
    one = _bundle(folder, "first.zip")
    correction = _filed("o-2", TRUNK, at("08-31 10:10"), at("08-31 10:30"))
    lived.file(("zhang", correction), ("li", OverlayDecided("o-2", "approve")))
    second, changed = lived.settle("wang")
    return Chain(lived, first, second, changed, (one, _bundle(folder, "second.zip")))


def _bundle(folder: Path, name: str) -> Path:
    path = folder / name
    code = _run(folder, "sla", "bundle", CARRIER, PERIOD, "--out", str(path))
    assert code == 0
    return path


def _run(folder: Path, *words: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMMUNITY", "made-for-a-test")
        patch.chdir(folder)
        with pytest.raises(SystemExit) as ended:
            main(["--language", "en", *words])
    return int(ended.value.code or 0)


def _link(report: Report, name: str) -> Link:
    return next(one for one in report.links if one.link == name)


def _spans(link: Link, *kinds: str) -> Spans:
    return [(one.start, one.end) for one in link.strip if one.kind in kinds]


def test_the_report_says_what_the_world_did(chain: Chain) -> None:
    """To the second; but for time in which nobody watched, and that of the other carrier."""
    for name in LINKS:
        was = [
            (max(start, START), min(end, END))
            for start, end in chain.days.truth.get(name, [])
            if start < END and (start, end) != (at("09-01 03:00"), at("09-01 03:10"))
        ]
        own = _link(chain.first, name)
        assert _spans(own, "DOWN", "EXP") == was, name
        assert sum(own.seconds.values()) == END - START


def test_of_a_cut_that_nobody_watched_nothing_is_known(chain: Chain) -> None:
    for one in chain.first.links:
        assert _spans(one, "UNKNOWN") == OFF


def test_power_failures_that_two_persons_agreed_on_are_not_the_carriers(chain: Chain) -> None:
    own = _link(chain.first, VILLAGE)

    assert own.seconds["EXP"] == 30 * 60 + 20 * 60
    assert own.seconds["DOWN"] == 0


def test_what_hangs_on_a_cut_trunk_is_in_its_shadow(chain: Chain) -> None:
    own = _link(chain.first, VILLAGE)

    assert _spans(own, "EXU") == [
        (at("08-31 10:00"), at("08-31 10:44")),
        (at("09-01 23:30"), END),
    ]


def test_an_outage_has_its_ticket_and_the_leaves_of_its_hours(chain: Chain) -> None:
    first, last = _link(chain.first, TRUNK).outages
    log = read_log(chain.days.store / FOLDER)

    assert first.repair is not None
    assert (first.repair.ticket, first.repair.notified) == ("t-1", first.start + 120)
    leaves = [leaf_of(log.leaf(index)) for index in last.leaves]
    assert [(leaf.carrier, leaf.hour) for leaf in leaves if isinstance(leaf, HourLeaf)] == [
        (CARRIER, at("09-01 23:00")), (CARRIER, at("09-02 00:00")),
    ]  # fmt: skip


def test_sums_of_slots_are_those_of_the_sealed_days_and_of_the_lines(chain: Chain) -> None:
    """The report's came from sealed days, those of the lines are what a bundle has."""
    own, rules, folder = _own(chain), load(), chain.days.store / evidence.FOLDER
    prepared = build.prepare(gather(chain.days.store, own, whole(PERIOD), rules))
    counted, limits = build.counted(prepared), limits_by_link(chain.days.inventory, rules)
    assert days.file_of(folder, date(2026, 9, 1)).exists()

    sealed = sums(folder, CARRIER, limits, counted, rules.zone)

    assert sealed == sums_from_hours(folder, CARRIER, limits, counted)
    for name in LINKS:
        lines = (
            pair
            for hour in evidence.hours_of(folder, CARRIER, START, END)
            for pair in evidence.circuits_in(folder, hour, CARRIER, (name,))
        )
        assert sums_of(lines, limits[name], counted[name]) == sealed[name]


def _own(chain: Chain) -> Register:
    return register.register_of(chain.days.inventory, CARRIER)


def test_the_sealed_days_are_what_their_evidence_comes_to(chain: Chain) -> None:
    folder = chain.days.store / evidence.FOLDER

    assert [days.recompute_day(folder, one) for one in days.days_between(START, END)] == [[], []]


def test_our_commands_check_it_and_make_it_again(
    chain: Chain, capfd: pytest.CaptureFixture[str]
) -> None:
    for bundle in chain.bundles:
        assert _run(bundle.parent, "sla", "verify", str(bundle)) == 0, capfd.readouterr().err
        assert _run(bundle.parent, "sla", "recompute", str(bundle)) == 0, capfd.readouterr().err
        assert "byte for byte" in capfd.readouterr().out


def test_a_stranger_checks_it_with_the_file_in_it(chain: Chain, tmp_path: Path) -> None:
    for bundle in chain.bundles:
        with ZipFile(bundle) as archive:
            (tmp_path / "verify.py").write_bytes(archive.read("verify.py"))
        done = subprocess.run(
            [sys.executable, "-I", tmp_path / "verify.py", bundle],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert (done.returncode, done.stderr) == (0, "")
        assert "4 circuits, 0 differ" in done.stdout
        assert "888 hours have no evidence" in done.stdout
        for name in LINKS:
            assert name in done.stdout


def test_the_log_is_whole_and_begins_with_what_the_carrier_was_given(
    chain: Chain, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """With every line of every hour and the sums of both days."""
    given = tmp_path / "checkpoint"
    given.write_bytes(_members(chain.bundles[0])["log/checkpoint"])

    for words in (("verify", "--evidence"), ("compare", str(given))):
        assert _run(chain.days.folder, "sla", "log", *words) == 0, capfd.readouterr().out


def test_nothing_of_the_other_carrier_is_in_it(chain: Chain) -> None:
    for bundle in chain.bundles:
        with ZipFile(bundle) as archive:
            for name in archive.namelist():
                data = archive.read(name)
                plain = gzip.decompress(data) if name.endswith(".gz") else data
                assert OTHER.encode() not in plain, name
                assert b'"mobile"' not in plain, name


def test_the_correction_lists_the_seconds_that_changed(chain: Chain) -> None:
    start, end = at("08-31 10:10"), at("08-31 10:30")

    assert (chain.second.revision, chain.changed) == (2, ((TRUNK, start, end, "DOWN", "EXP"),))
    assert _link(chain.second, TRUNK).seconds["EXP"] == end - start


def test_the_correction_proves_that_the_log_grew_from_that_of_the_first(chain: Chain) -> None:
    with ZipFile(chain.bundles[1]) as archive:
        proofs = json.loads(archive.read("log/consistency.json"))

    previous = next(one for one in proofs if one["of"] == "previous")
    assert (previous["size"], previous["sha256"]) == (
        chain.first.tree_size, chain.first.tree_sha256,
    )  # fmt: skip


_HOUR = name_of(at("08-31 10:00"))
_FILES = [
    _HOUR, "log/leaves.jsonl", "log/checkpoint", "report.json", "register.json", "rules.yaml",
    "records.jsonl",
]  # fmt: skip


@pytest.mark.parametrize("name", _FILES)
def test_a_flipped_byte_is_found_by_both(
    chain: Chain, name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    changed = tmp_path / "x.zip"
    with ZipFile(chain.bundles[1]) as archive, ZipFile(changed, "w", ZIP_STORED) as other:
        for one in archive.namelist():
            data = bytearray(archive.read(one))
            if one == name:
                data[len(data) // 2] ^= 1
            other.writestr(one, bytes(data))

    assert _run(tmp_path, "sla", "verify", str(changed)) == 1
    assert name in capfd.readouterr().err
    with pytest.raises(ValueError, match=name):
        verifier.check(str(changed), "", "")


def _members(bundle: Path) -> dict[str, bytes]:
    with ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _forged(chain: Chain, name: str, before: bytes, after: bytes, path: Path) -> None:
    """Write a bundle with something else in a file, by who has the key that signed the first."""
    files = _members(chain.bundles[0])
    packed = name.endswith(".gz")
    plain = gzip.decompress(files[name]) if packed else files[name]
    assert before in plain
    changed = plain.replace(before, after, 1)
    new = gzip.compress(changed) if packed else changed
    manifest, text = files["manifest.json"], note.parse(files["manifest.sig"]).text
    digests = [(sha256(files[name]).hexdigest(), sha256(new).hexdigest())]
    manifest = manifest.replace(digests[0][0].encode(), digests[0][1].encode())
    digests.append((sha256(files["manifest.json"]).hexdigest(), sha256(manifest).hexdigest()))
    for old, fresh in digests:
        text = text.replace(old, fresh)
    key = keys.read(chain.days.store / FOLDER / PRIVATE)
    signed = note.encode(note.sign(text, "extranet-monitor", key))
    write(path, (files | {name: new, "manifest.json": manifest, "manifest.sig": signed}).items())


_FORGERIES = [
    (_HOUR, b'"DOWN"', b'"UP"', "verify", "was logged"),
    ("log/leaves.jsonl", b'\\"lines\\":8', b'\\"lines\\":9', "verify", "not in the log"),
    ("log/checkpoint", b"extranet-monitor\n", b"extranet-monitor\n1", "verify", "not signed"),
    ("register.json", b'"coverage_floor":"1/2"', b'"coverage_floor":"1/9"', "verify", "report"),
    ("rules.yaml", b"latency_quantile: median", b"latency_quantile: p95", "verify", "report"),
    ("report.json", b'"kind":"EXP"', b'"kind":"EXF"', "recompute", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "before", "after", "command", "why"), _FORGERIES)
def test_what_was_changed_and_signed_again_is_found_by_both(
    chain: Chain, name: str, before: bytes, after: bytes, command: str, why: str, tmp_path: Path,
) -> None:  # fmt: skip
    """By the log, or by the figures: no key signs a past that was not."""
    forged = tmp_path / "x.zip"
    _forged(chain, name, before, after, forged)

    assert _run(tmp_path, "sla", command, str(forged)) == 1
    if why:
        with pytest.raises(ValueError, match=why):
            verifier.check(str(forged), "", "")
    else:
        assert verifier.check(str(forged), "", "") == 1


def test_a_carriers_list_is_laid_beside_it_with_echoes_and_leaves(
    chain: Chain, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    circuit = _link(chain.second, TRUNK).circuit or TRUNK
    row = (1, circuit, "2026-08-31 10:01:00", "2026-08-31 10:40:00", None, "光缆中断", "HB-1")
    path = a_list(tmp_path, row)

    code = _run(
        chain.days.folder, "dispute", CARRIER, str(path), "--period", PERIOD, "--json",
        "--out", str(tmp_path / "out.xlsx"),
    )  # fmt: skip

    said = capfd.readouterr()
    assert code == 0, said.err
    rows = json.loads(said.out)["rows"]
    assert {one["link"] for one in rows} == {LEG, TRUNK}
    both = [one for one in rows if one["theirs"]]
    assert [(one["verdict"], one["start_differs_seconds"]) for one in both] == [("different", 60)]
    for one in rows:
        assert one["leaves"]
        assert one["echoes"]["lost"] > 0
