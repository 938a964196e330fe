"""A bundle is what a report was made from, and whoever changes any of it is found out."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from runtime.reports.bundle_files import BundleFiles, write
from sla import report as reports
from sla.bundle import name_of
from sla.bundle_check import BundleError, Checked, check
from sla.bundle_inputs import first_difference, inputs_in, report_of
from sla.proof import note, verifier
from sla.records import (
    OverlayDecided,
    OverlayFiled,
    PointsDecided,
    PointsDeducted,
    PointsProposed,
    Record,
)
from tests.bundles.made import LAWS, LOG, REPORT, REPORT_KEY, World, at, bundle
from tests.sla.built import timeline

_FIRST, _UNTIL = at("2026-11-02 00:00"), at("2026-11-04 00:00")
_DOWN = at("2026-11-03 08:00")
_LOST = at("2026-11-02 10:00")
_WORK = OverlayFiled("o1", "M_o", ("b",), _DOWN, _DOWN + 1800, "new cards")
_TAKEN = PointsDeducted("telecom", "2026-11", 50, "late notice")
"""Approved by another as record 3, waiting as 5, and as it was filed before as 6."""
_WORLD = World(
    first=_FIRST,
    until=_UNTIL,
    live={
        "a": timeline((_DOWN, _DOWN + 3600), (_DOWN + 7200, _DOWN + 7260)),
        "b": timeline((_DOWN, _DOWN + 3600)),
    },
    period="2026-11",
    records=(
        Record(1, at("2026-11-02 09:00"), "li", _WORK),
        Record(2, at("2026-11-02 09:30"), "wang", OverlayDecided("o1", "approve")),
        Record(3, at("2026-11-02 10:00"), "li", PointsProposed(_TAKEN)),
        Record(4, at("2026-11-02 10:30"), "wang", PointsDecided(3, "approve")),
        Record(5, at("2026-11-02 11:00"), "li", PointsProposed(_TAKEN)),
        Record(6, at("2026-11-02 11:30"), "li", _TAKEN),
    ),
    lost=frozenset({_LOST}),
)
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files of a bundle over two days of a month."""
    return bundle(tmp_path_factory.mktemp("log") / "log", _WORLD)


def _checked(path: Path) -> Checked:
    with closing(BundleFiles(path)) as files:
        return check(files, files.lines, LOG, REPORT)


def _again(path: Path) -> str:
    """Return where the report that comes out is another."""
    with closing(BundleFiles(path)) as files:
        manifest = check(files, files.lines, LOG, REPORT).manifest
        inputs, hours = inputs_in(files, manifest, files.lines, lambda _: LAWS)
        return first_difference(files["report.json"], reports.encode(report_of(inputs, hours)))


def _both_find(path: Path, files: Mapping[str, bytes]) -> str:
    """Say what `verify` calls it; the verifier must find it too."""
    write(path, sorted(files.items()))
    with pytest.raises(BundleError) as found:
        _checked(path)
    with pytest.raises(Exception, match=r".*"):
        verifier.check(str(path), LOG.text, REPORT.text)
    return found.value.code


def _signed_again(files: Mapping[str, bytes], **changes: object) -> Files:
    """Return what somebody with the report key would make of changed files."""
    others = {name: data for name, data in files.items() if not name.startswith("manifest.")}
    said = json.loads(files["manifest.json"]) | changes
    said["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in others.items()}
    manifest = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    digest = hashlib.sha256(manifest).hexdigest()
    signed = note.sign(f"{said['schema']}\nsha256 {digest}\n", REPORT.name, REPORT_KEY)
    return others | {"manifest.json": manifest, "manifest.sig": note.encode(signed)}


def test_a_bundle_is_in_order(made: Files, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    write(path, made.items())

    assert _checked(path).known


def test_its_report_comes_out_again_byte_for_byte(made: Files, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    write(path, made.items())

    assert _again(path) == ""


def test_its_own_verifier_comes_to_the_same_figures(made: Files, tmp_path: Path) -> None:
    path, script = tmp_path / "x.zip", tmp_path / "verify.py"
    write(path, made.items())
    script.write_bytes(made["verify.py"])

    done = subprocess.run(
        [sys.executable, "-I", "-S", script, path, "--log-key", LOG.text, "--report-key",
         REPORT.text],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert "2 circuits, 0 differ" in done.stdout
    assert "WARNING" not in done.stdout


def test_without_keys_the_verifier_warns_that_they_are_the_bundles(
    made: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.zip"
    write(path, made.items())

    assert verifier.check(str(path), "", "") == 0
    assert "WARNING" in capsys.readouterr().out


def test_the_same_is_the_same_bytes(made: Files, tmp_path: Path) -> None:
    write(tmp_path / "x.zip", made.items())
    write(tmp_path / "y.zip", made.items())

    assert (tmp_path / "x.zip").read_bytes() == (tmp_path / "y.zip").read_bytes()


def test_only_its_owner_may_read_it(made: Files, tmp_path: Path) -> None:
    write(tmp_path / "x.zip", made.items())

    assert (tmp_path / "x.zip").stat().st_mode & 0o777 == 0o600


def test_nothing_of_another_carrier_is_in_it(made: Files) -> None:
    plain = [gzip.decompress(data) if name.endswith(".gz") else data for name, data in made.items()]

    assert not any(b"mobile" in data for data in plain)


def test_an_hour_without_evidence_is_named_and_unknown(made: Files) -> None:
    manifest, report = json.loads(made["manifest.json"]), reports.decode(made["report.json"])

    assert _LOST in manifest["missing"]
    unknown = [(x.start, x.end) for x in report.links[0].strip if x.kind == "UNKNOWN"]
    assert (_LOST, _LOST + 3600) in unknown


def test_what_was_approved_counts(made: Files) -> None:
    report = reports.decode(made["report.json"])

    assert {one.link: one.seconds["EXM_O"] for one in report.links} == {"a": 0, "b": 1800}


_KINDS = [
    "README.txt", name_of(_DOWN), "log/checkpoint", "log/consistency.json", "log/leaves.jsonl",
    "manifest.json", "manifest.sig", "monitor.jsonl", "records.jsonl", "register.json",
    "report.json", "rules.yaml", "verify.py",
]  # fmt: skip


def test_points_of_either_form_count_as_their_records_say(made: Files) -> None:
    taken = reports.decode(made["report.json"]).deductions
    assert [(one.record, one.by, one.approved_by) for one in taken] == [
        (3, "li", "wang"), (6, "li", ""),
    ]  # fmt: skip


def test_every_kind_of_file_is_tried_below(made: Files) -> None:
    kinds = {name_of(_DOWN) if name.startswith("evidence/") else name for name in made}

    assert sorted(kinds) == sorted(_KINDS)


@pytest.mark.parametrize("name", _KINDS)
def test_one_flipped_bit_is_found(name: str, made: Files, tmp_path: Path) -> None:
    data = bytearray(made[name])
    data[len(data) // 2] ^= 1

    _both_find(tmp_path / "x.zip", made | {name: bytes(data)})


@pytest.mark.parametrize("name", _KINDS)
def test_a_missing_file_is_found(name: str, made: Files, tmp_path: Path) -> None:
    rest = {key: data for key, data in made.items() if key != name}

    assert _both_find(tmp_path / "x.zip", rest) in {"missing", "not_a_bundle"}


def _without_an_hour(files: Files) -> Files:
    return _signed_again({name: x for name, x in files.items() if name != name_of(_DOWN)})


def _with_two_hours_swapped(files: Files) -> Files:
    one, other = name_of(_DOWN), name_of(_DOWN + 3600)
    return _signed_again(files | {one: files[other], other: files[one]})


def _with_a_kinder_hour(files: Files) -> Files:
    name = name_of(_DOWN)
    plain = gzip.decompress(files[name]).replace(b'"DOWN"', b'"UP"')
    return _signed_again(files | {name: gzip.compress(plain, mtime=0)})


def _with_a_record_of_an_earlier_time(files: Files) -> Files:
    filed = str(at("2026-11-02 09:00")).encode()
    earlier = str(at("2026-10-02 09:00")).encode()
    assert filed in files["records.jsonl"]
    changed = {
        name: files[name].replace(filed, earlier) for name in ("records.jsonl", "log/leaves.jsonl")
    }
    return _signed_again(files | changed)


def _with_other_rules(files: Files) -> Files:
    return _signed_again(files | {"rules.yaml": files["rules.yaml"] + b"\n"})


def _with_another_report_before(files: Files) -> Files:
    register = files["register.json"].replace(b'"19/20"', b'"1/20"')
    assert register != files["register.json"]
    return _signed_again(files | {"register.json": register})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_without_an_hour, "hour"),
        (_with_two_hours_swapped, "not_logged"),
        (_with_a_kinder_hour, "not_logged"),
        (_with_a_record_of_an_earlier_time, "not_logged"),
        (_with_other_rules, "report"),
        (_with_another_report_before, "report"),
    ],
)
def test_not_even_who_holds_the_report_key_can_change_it(
    change: Callable[[Files], Files], code: str, made: Files, tmp_path: Path
) -> None:
    assert _both_find(tmp_path / "x.zip", change(made)) == code


def test_a_report_that_does_not_follow_is_found_when_it_is_added_up(
    made: Files, tmp_path: Path
) -> None:
    """Signed with the report key by somebody who changed a figure in it."""
    report = reports.decode(made["report.json"])
    data = made["report.json"].replace(b'"kind":"DOWN"', b'"kind":"UNKNOWN"', 1)
    sha256 = hashlib.sha256(data).hexdigest()
    path = tmp_path / "x.zip"
    files = _signed_again(made | {"report.json": data}, report_sha256=sha256)
    write(path, sorted(files.items()))

    assert report.links
    assert _again(path).startswith("links.0.strip.")
    assert verifier.check(str(path), LOG.text, REPORT.text) == 1


def test_an_exclusion_that_nobody_else_approved_is_found(tmp_path: Path) -> None:
    alone = (_WORLD.records[0], Record(2, at("2026-11-02 09:30"), "li", _approved()))
    world = World(_FIRST, _UNTIL, _WORLD.live, "2026-11", alone)
    files = bundle(tmp_path / "log", world)
    spans = [[_DOWN, _DOWN + 1800]]
    claim = {"overlay": "o1", "link": "b", "kind": "M_o", "spans": spans, "approved_by": "li",
             "record": 1, "leaf": 0}  # fmt: skip
    path = tmp_path / "x.zip"
    write(path, sorted(_signed_again(files, overlays=[claim]).items()))

    with pytest.raises(ValueError, match="was not approved so"):
        verifier.check(str(path), LOG.text, REPORT.text)


def _approved() -> OverlayDecided:
    return OverlayDecided("o1", "approve")
