"""Checks a bundle: what belongs to it, who signed it, and that all of it stands in the log.

Whatever is wrong is named; whoever made the bundle may have meant it to be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from sla import register as registers
from sla import report as reports
from sla.bundle import (
    MANIFEST,
    SCHEMA,
    SIGNATURE,
    SIGNED,
    Grown,
    Manifest,
    Proved,
    hours_between,
    left_out,
    name_of,
    record_in,
)
from sla.canonical import HOUR, Heard, HourLeaf, MonitorLeaf, RecordLeaf, leaf_of, line_of
from sla.inputs import Register, horizon
from sla.periods import whole
from sla.proof import merkle, note
from sla.proof.merkle import ALGORITHMS, Algorithm
from sla.proof.note import Checkpoint, NoteError, Verifier
from sla.records import PeriodClosed, decode
from sla.report import Report
from sla.timeline import Span

BundleCode = Literal[
    "not_a_bundle", "missing", "unknown", "changed", "unread", "key", "unsigned", "another",
    "not_logged", "rewritten", "hour", "carrier", "report", "too_large", "twice", "too_many_hours",
    "left_out",
]  # fmt: skip
_MOST_HOURS: Final = 24 * 366 * 3
_READING: Final = (
    msgspec.MsgspecError, ValueError, KeyError, RecursionError, OverflowError, OSError,
)  # fmt: skip
"""What a reader raises at bytes that mean harm; OSError: the zone's name is no file's."""
_manifest: Final = msgspec.json.Decoder(Manifest)
_grown: Final = msgspec.json.Decoder(tuple[Grown, ...])
_proved: Final = msgspec.json.Decoder(Proved)


class BundleError(Exception):
    """A bundle is not as it should be. `code` says how, `name` which file or part of it."""

    def __init__(self, code: BundleCode, name: str, detail: str = "") -> None:
        super().__init__(f"{code}: {name} {detail}")
        self.code: BundleCode = code
        self.name = name
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found to be in order. `leaves`: by index; `known`: both keys had been given."""

    manifest: Manifest
    report: Report
    register: Register
    checkpoint: Checkpoint
    leaves: Mapping[int, bytes]
    known: bool


Lines = Callable[[int], Sequence[bytes]]


def manifest_of(files: Mapping[str, bytes]) -> Manifest:
    """Read the manifest. Raises BundleError."""
    with _reading(MANIFEST):
        manifest = _manifest.decode(_file(files, MANIFEST))
    if manifest.schema != SCHEMA:
        raise BundleError("not_a_bundle", MANIFEST, manifest.schema[:40])
    hours = -(-(max(manifest.recorded_until, manifest.end) - manifest.since) // HOUR)
    if manifest.since % HOUR or hours > _MOST_HOURS:
        raise BundleError("too_many_hours", MANIFEST, str(hours)[:40])
    return manifest


def check(
    files: Mapping[str, bytes],
    lines: Lines,
    log_key: Verifier | None = None,
    report_key: Verifier | None = None,
) -> Checked:
    """Check everything but the figures. `lines`: those of an hour of evidence, unpacked.

    A key that is None is taken from the bundle, which then shows only that it fits together.
    Raises BundleError, and what `files` and `lines` raise.
    """
    manifest = manifest_of(files)
    _names(files, manifest)
    known = log_key is not None and report_key is not None
    log_key = log_key or _key(manifest.log_key)
    report_key = report_key or _key(manifest.report_key)
    _signature(files, manifest, report_key)
    checkpoint = _checkpoint(files, log_key)
    leaves = dict(_leaves(files, checkpoint))
    register, report = _documents(files, manifest)
    _window(manifest)
    _records(files, leaves)
    _consistency(files, manifest, checkpoint)
    _hours(files, lines, manifest, leaves, {link.id for link in register.links})
    return Checked(manifest, report, register, checkpoint, leaves, known)


class _reading:  # noqa: N801 - reads as a statement
    """Whatever a reader raises at bytes that are not what they should be names the file."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, _READING):
            raise BundleError("unread", self._name, str(error)[:120]) from error


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    try:
        return files[name]
    except KeyError:
        raise BundleError("missing", name) from None


def _names(files: Mapping[str, bytes], manifest: Manifest) -> None:
    known = {*manifest.files, *SIGNED}
    for name in sorted(known.difference(files)):
        raise BundleError("missing", name)
    for name in sorted({*files} - known):
        raise BundleError("unknown", name)
    for name, digest in manifest.files.items():
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise BundleError("changed", name)


def _key(word: str) -> Verifier:
    try:
        return note.parse_verifier(word)
    except NoteError as error:
        raise BundleError("key", MANIFEST, error.code) from error


def _signature(files: Mapping[str, bytes], manifest: Manifest, key: Verifier) -> None:
    with _reading(SIGNATURE):
        signed = note.parse(files[SIGNATURE])
    if not note.is_signed(signed, key):
        raise BundleError("unsigned", SIGNATURE, key.text)
    digest = hashlib.sha256(files[MANIFEST]).hexdigest()
    if signed.text.split("\n")[:2] != [manifest.schema, f"sha256 {digest}"]:
        raise BundleError("another", SIGNATURE)


def _checkpoint(files: Mapping[str, bytes], key: Verifier) -> Checkpoint:
    name = "log/checkpoint"
    with _reading(name):
        signed = note.parse(_file(files, name))
        found = note.parse_checkpoint(signed.text)
    if not note.is_signed(signed, key):
        raise BundleError("unsigned", name, key.text)
    return found


def _roots(checkpoint: Checkpoint) -> dict[Algorithm, bytes]:
    found: dict[Algorithm, bytes] = {"sha256": checkpoint.sha256}
    if checkpoint.sm3 is not None:
        found["sm3"] = checkpoint.sm3
    return found


def _leaves(files: Mapping[str, bytes], checkpoint: Checkpoint) -> Iterator[tuple[int, bytes]]:
    name, roots, before = "log/leaves.jsonl", _roots(checkpoint), -1
    for line in _file(files, name).splitlines():
        with _reading(name):
            proved = _proved.decode(line)
            leaf = proved.leaf.encode()
            paths = {one: [*map(bytes.fromhex, getattr(proved, one))] for one in ALGORITHMS}
        if proved.index <= before:
            raise BundleError("twice", name, str(proved.index)[:40])
        before = proved.index
        for one, root in roots.items():
            at, size = proved.index, checkpoint.size
            if not merkle.check_inclusion(leaf, at, size, paths[one], root, one):
                raise BundleError("not_logged", name, f"{at} {one}")
        yield proved.index, leaf


def _documents(files: Mapping[str, bytes], manifest: Manifest) -> tuple[Register, Report]:
    """Read register and report, and hold them against what the manifest says of them."""
    with _reading("register.json"):
        register = registers.decode(_file(files, "register.json"))
    with _reading("report.json"):
        report = reports.decode(_file(files, "report.json"))
    digests = {
        name: hashlib.sha256(_file(files, name)).hexdigest()
        for name in ("register.json", "rules.yaml", "report.json")
    }
    said = {
        "carrier": (report.carrier, manifest.carrier, register.carrier.id),
        "period": (report.period, manifest.period),
        "start": (report.start, manifest.start),
        "end": (report.end, manifest.end),
        "recorded_until": (report.recorded_until, manifest.recorded_until),
        "revision": (report.revision, manifest.revision),
        "previous": (report.previous, manifest.previous),
        "rules_sha256": (report.rules_sha256, manifest.rules_sha256, digests["rules.yaml"]),
        "register_sha256": (
            report.register_sha256, manifest.register_sha256, digests["register.json"],
        ),
        "report_sha256": (manifest.report_sha256, digests["report.json"]),
        "tree_size": (report.tree_size, manifest.tree.size),
        "tree_sha256": (report.tree_sha256, manifest.tree.sha256),
        "tree_sm3": (report.tree_sm3, manifest.tree.sm3),
    }  # fmt: skip
    if report.left_out:  # one of before it was said there says nothing
        said["left_out"] = (report.left_out, manifest.left_out)
    for field, values in said.items():
        if len(set(values)) > 1:
            raise BundleError("report", field)
    return register, report


def _window(manifest: Manifest) -> None:
    """Check that it is the whole period, and that evidence begins where a report's does.

    Else whoever signs could leave out the days that he would rather not have, and say nothing.
    """
    start, end, zone = manifest.start, manifest.end, manifest.zone
    with _reading(MANIFEST):
        window = whole(manifest.period, zone)
        since, _ = horizon(window, manifest.recorded_until, zone)
    said = {
        "start": start == window.start,
        "end": start < end <= window.end and manifest.provisional == (end < window.end),
        "since": manifest.since == since,
    }
    for field, good in said.items():
        if not good:
            raise BundleError("report", field)


def _records(files: Mapping[str, bytes], leaves: Mapping[int, bytes]) -> None:
    """Check that records and hours of the monitor are those in the leaves: no fewer, none twice."""
    records: list[tuple[int, bytes]] = []
    hours: list[tuple[int, bytes]] = []
    for leaf in leaves.values():
        with _reading("log/leaves.jsonl"):
            made = leaf_of(leaf)
        if isinstance(made, RecordLeaf):
            records.append((made.number, leaf))
        elif isinstance(made, MonitorLeaf):
            hours.append((made.hour, leaf))
    for name, expected in (("records.jsonl", records), ("monitor.jsonl", hours)):
        lines = [leaf for _, leaf in sorted(expected)]
        for number, line in enumerate(_file(files, name).splitlines(), 1):
            if number > len(lines) or line != lines[number - 1]:
                raise BundleError("not_logged", name, f"line {number}")
        if len(_file(files, name).splitlines()) < len(lines):
            raise BundleError("not_logged", name, f"{len(lines)} lines")


def _consistency(files: Mapping[str, bytes], manifest: Manifest, checkpoint: Checkpoint) -> None:
    """Check that the log only grew since this report and since the one before."""
    name, roots = "log/consistency.json", _roots(checkpoint)
    with _reading(name):
        proofs = {one.of: one for one in _grown.decode(_file(files, name))}
        bodies = [decode(record_in(x).body) for x in _file(files, "records.jsonl").splitlines()]
    tree = manifest.tree
    expected = {"report": (tree.size, tree.sha256)}
    closed = [body for body in bodies if isinstance(body, PeriodClosed)]
    if closed:
        expected["previous"] = closed[-1].tree, closed[-1].root
    for of, (size, root) in expected.items():
        proof = proofs.get(of)
        if proof is None or (proof.size, proof.sha256) != (size, root):
            raise BundleError("rewritten", name, of)
        for one, new in roots.items():
            with _reading(name):
                old = bytes.fromhex(getattr(proof, one))
                path = [*map(bytes.fromhex, getattr(proof, f"path_{one}"))]
            if not merkle.check_consistency(size, old, checkpoint.size, new, path, one):
                raise BundleError("rewritten", name, f"{of} {one}")


def _hours(
    files: Mapping[str, bytes],
    lines: Lines,
    manifest: Manifest,
    leaves: Mapping[int, bytes],
    links: AbstractSet[str],
) -> None:
    """Check that each hour is there or said to be missing, and is what its leaf says.

    So is each circuit: evidence of one that has no row must be said, or who failed is left out.
    """
    logged = _logged_hours(leaves, manifest.carrier)
    missing, expected = set(manifest.missing), set()
    live: dict[str, list[Span]] = {}
    every = hours_between(manifest.since, max(manifest.recorded_until, manifest.end))
    if not missing.issubset(every):
        raise BundleError("hour", MANIFEST)
    for hour in every:
        name = name_of(hour)
        if (name in files) == (hour in missing) or (name in files) != (hour in logged):
            raise BundleError("hour", name)
        if name in files:
            expected.add(name)
            for heard in _hour(name, hour, lines(hour), logged[hour]):
                spans = [(hour + run.start, hour + run.end) for run in heard.states]
                live.setdefault(heard.circuit, []).extend(spans)
    for name in files:
        if name.startswith("evidence/") and name not in expected:
            raise BundleError("unknown", name)
    found = left_out(live, links, manifest.start, min(manifest.end, manifest.recorded_until))
    if found != manifest.left_out:
        both = sorted({*found} ^ {*manifest.left_out})
        raise BundleError("left_out", "report.json", ascii(" ".join(both))[:200])


def _logged_hours(leaves: Mapping[int, bytes], carrier: str) -> dict[int, HourLeaf]:
    """Return the carrier's hours in the log; a leaf of another carrier does not belong here."""
    logged: dict[int, HourLeaf] = {}
    for leaf in leaves.values():
        with _reading("log/leaves.jsonl"):
            made = leaf_of(leaf)
        if isinstance(made, HourLeaf):
            if made.carrier != carrier:
                raise BundleError("carrier", "log/leaves.jsonl", made.carrier)
            logged[made.hour] = made
    return logged


def _hour(name: str, hour: int, found: Sequence[bytes], leaf: HourLeaf) -> Iterator[Heard]:
    """Yield what was heard in an hour, each line when it was found to be in order."""
    if len(found) != leaf.lines or list(found) != sorted(set(found)):
        raise BundleError("hour", name)
    for one in ALGORITHMS:
        if merkle.root(found, one).hex() != getattr(leaf, one):
            raise BundleError("not_logged", name, one)
    for line in found:
        with _reading(name):
            made = line_of(line)
        if made.hour != hour:
            raise BundleError("hour", name)
        if isinstance(made, Heard):
            _in_order(name, made)
            yield made


def _in_order(name: str, heard: Heard) -> None:
    at = 0
    for run in heard.states:
        if not at <= run.start < run.end <= HOUR:
            raise BundleError("hour", name, heard.circuit)
        at = run.end
