"""Whoever holds the report key can leave nothing out: each verifier misses it and names it."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from runtime.reports.bundle_files import BundleFiles, unpacked, write
from sla import report as reports
from sla.bundle import Making
from sla.bundle_check import BundleError, check
from sla.bundle_inputs import report_of
from sla.canonical import HOUR
from sla.proof import merkle, note, verifier
from tests.bundles.made import LOG, REPORT, REPORT_KEY, World, at, bundle, lines_of, name_of
from tests.sla.built import timeline

_FIRST, _UNTIL = at("2026-11-02 00:00"), at("2026-11-03 00:00")
_DOWN = at("2026-11-02 20:00")
_WORLD = World(
    first=_FIRST,
    until=_UNTIL,
    live={"a": timeline(), "b": timeline((_DOWN, _DOWN + 3600))},
    period="2026-11",
)
Files = dict[str, bytes]


def _signed_again(files: Files, **changes: object) -> Files:
    """Return what somebody with the report key would make of changed files."""
    others = {name: data for name, data in files.items() if not name.startswith("manifest.")}
    said = json.loads(files["manifest.json"]) | changes
    said["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in others.items()}
    said["report_sha256"] = said["files"]["report.json"]
    manifest = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    digest = hashlib.sha256(manifest).hexdigest()
    signed = note.sign(f"{said['schema']}\nsha256 {digest}\n", REPORT.name, REPORT_KEY)
    return others | {"manifest.json": manifest, "manifest.sig": note.encode(signed)}


def _found(path: Path, files: Files) -> tuple[str, str]:
    """Return what `verify` and `verify.py` call it; "" = they find nothing."""
    write(path, sorted(files.items()))
    ours = theirs = ""
    try:
        with closing(BundleFiles(path)) as archive:
            check(archive, archive.lines, LOG, REPORT)
    except BundleError as error:
        ours = f"{error.code} {error.name} {error.detail}"
    try:
        theirs = "differs" if verifier.check(str(path), LOG.text, REPORT.text) else ""
    except ValueError as error:
        theirs = str(error)
    return ours, theirs


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files of a bundle over a day of a month that runs."""
    return bundle(tmp_path_factory.mktemp("log") / "log", _WORLD)


def _without_b(making: Making) -> Making:
    """Make the report of one circuit only, all else as it was: the other one failed."""
    (a, _) = making.inputs.register.links
    inputs = replace(making.inputs, register=replace(making.inputs.register, links=(a,)))
    known = {hour: lines_of(_WORLD.live, hour) for hour in making.hours}
    report = reports.encode(report_of(inputs, lambda: iter(known.items())))
    return replace(making, inputs=inputs, report=report)


def test_a_circuit_that_was_watched_and_has_no_row_is_named(tmp_path: Path) -> None:
    files = bundle(tmp_path / "log", _WORLD, _without_b)

    ours, theirs = _found(tmp_path / "x.zip", files)

    assert ours == "left_out report.json 'b'"
    assert "left out: {'b'}" in theirs


def test_a_circuit_whose_absence_is_said_is_no_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = bundle(tmp_path / "log", _WORLD, lambda x: replace(_without_b(x), left_out=("b",)))

    assert _found(tmp_path / "x.zip", files) == ("", "")
    assert "left_out" in capsys.readouterr().out


@pytest.mark.parametrize("said", [("z",), ("b", "z")])
def test_a_report_that_leaves_out_others_than_its_manifest_is_refused(
    said: tuple[str, ...], tmp_path: Path
) -> None:
    files = bundle(tmp_path / "log", _WORLD, lambda x: replace(_without_b(x), left_out=("b",)))

    ours, theirs = _found(
        tmp_path / "x.zip", _report(files, lambda report: report.update(left_out=[*said]))
    )

    assert ours.strip() == "report left_out"
    assert "left_out: not that of the report" in theirs


def _of_before(files: Files) -> Files:
    """Return the bundle as it was made before a manifest said what is left out."""
    said = json.loads(files["manifest.json"])
    del said["left_out"]
    return _signed_again(files | {"manifest.json": json.dumps(said).encode()})


def test_a_bundle_of_before_it_was_said_is_still_read(made: Files, tmp_path: Path) -> None:
    assert _found(tmp_path / "x.zip", _of_before(made)) == ("", "")


def test_a_bundle_of_before_leaves_out_no_circuit_either(tmp_path: Path) -> None:
    files = _of_before(bundle(tmp_path / "log", _WORLD, _without_b))

    ours, theirs = _found(tmp_path / "x.zip", files)

    assert ours == "left_out report.json 'b'"
    assert "left out: {'b'}" in theirs


def _cut(making: Making) -> Making:
    """Say that nothing was recorded after the evening, in which a circuit was down."""
    inputs = replace(making.inputs, recorded_until=_DOWN)
    hours = {hour: index for hour, index in making.hours.items() if hour < _DOWN}
    known = {hour: lines_of(_WORLD.live, hour) for hour in hours}
    report = reports.encode(report_of(inputs, lambda: iter(known.items())))
    return replace(making, inputs=inputs, report=report, hours=hours)


def test_evidence_that_ends_before_the_window_is_missing_by_the_hour(tmp_path: Path) -> None:
    files = bundle(tmp_path / "log", _WORLD, _cut)

    missing = json.loads(files["manifest.json"])["missing"]

    assert [hour for hour in missing if hour >= _DOWN] == [*range(_DOWN, _UNTIL, HOUR)]
    assert _found(tmp_path / "x.zip", files) == ("", "")


def test_an_end_that_is_cut_off_unsaid_is_found(tmp_path: Path) -> None:
    files = bundle(tmp_path / "log", _WORLD, _cut)
    missing = [x for x in json.loads(files["manifest.json"])["missing"] if x < _DOWN]

    ours, theirs = _found(tmp_path / "x.zip", _signed_again(files, missing=missing))

    assert ours.startswith(f"hour {name_of(_DOWN)}")
    assert "an hour is missing" in theirs


def _report(files: Files, change: Callable[[Any], object]) -> Files:
    said = json.loads(files["report.json"])
    change(said)
    data = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return _signed_again(files | {"report.json": data})


def _kinder(report: Any) -> None:
    report["links"][1]["seconds"] |= {"DOWN": 0, "UP": 86_400}


def _shown_twice(report: Any) -> None:
    report["links"].insert(0, report["links"][1])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_kinder, "differs"),
        (_shown_twice, "other circuits"),
        (lambda report: report.update(carrier="mobile"), "carrier: not that of the report"),
        (lambda report: report.update(period="2026Q4"), "period: not that of the report"),
    ],
)
def test_the_verifier_in_one_file_reads_what_the_report_says(
    change: Callable[[Any], object], said: str, made: Files, tmp_path: Path
) -> None:
    assert said in _found(tmp_path / "x.zip", _report(made, change))[1]


def _lines(files: Files, name: str, change: Callable[[list[bytes]], list[bytes]]) -> Files:
    lines = change(files[name].splitlines(keepends=True))
    return _signed_again(files | {name: b"".join(lines)})


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("log/leaves.jsonl", lambda lines: [*lines, *lines], "twice log/leaves.jsonl 0"),
        ("log/leaves.jsonl", lambda lines: lines[::-1], "twice log/leaves.jsonl"),
        ("monitor.jsonl", lambda lines: lines[1:], "not_logged monitor.jsonl line 1"),
        ("monitor.jsonl", lambda lines: lines[:-1], "not_logged monitor.jsonl 24 lines"),
        ("monitor.jsonl", lambda lines: [*lines, lines[-1]], "not_logged monitor.jsonl line 25"),
    ],
)
def test_a_line_that_is_dropped_repeated_or_moved_is_named(
    name: str, change: Callable[[list[bytes]], list[bytes]], said: str, made: Files, tmp_path: Path
) -> None:
    assert _found(tmp_path / "x.zip", _lines(made, name, change))[0].startswith(said)


def test_a_leaf_that_stands_twice_is_found_by_the_verifier_in_one_file(
    made: Files, tmp_path: Path
) -> None:
    files = _lines(made, "log/leaves.jsonl", lambda lines: [*lines, lines[0]])

    assert "stands twice" in _found(tmp_path / "x.zip", files)[1]


def test_a_field_that_no_manifest_has_is_named(made: Files, tmp_path: Path) -> None:
    ours, _ = _found(tmp_path / "x.zip", _signed_again(made, agreed="yes"))

    assert ours.startswith("unread manifest.json")
    assert "agreed" in ours


@pytest.mark.parametrize(
    "changes",
    [{"since": 0}, {"since": -(10**400)}, {"recorded_until": 10**15}, {"end": 10**400}],
)
def test_a_period_of_a_million_years_is_refused_at_once(
    changes: dict[str, int], made: Files, tmp_path: Path
) -> None:
    files = _report(made, lambda report: report.update(changes))

    ours, theirs = _found(tmp_path / "x.zip", _signed_again(files, **changes))

    assert "" not in (ours, theirs)


def test_an_hour_of_no_circuit_is_a_tree_like_any_other() -> None:
    assert verifier.root_of([]) == merkle.root([])


def test_an_archive_of_zeros_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("report.json", bytes(4 << 20))

    with pytest.raises(BundleError, match="too_large"):
        BundleFiles(path)
    with pytest.raises(ValueError, match="too large"):
        verifier.check(str(path), LOG.text, REPORT.text)


def test_an_hour_of_empty_lines_is_not_split() -> None:
    with pytest.raises(BundleError, match="too_large"):
        unpacked("x", gzip.compress(b"\n" * 4096))
