"""Makes a bundle from the store: of a settled report, or of an open period as it stands.

Reads only. What the ledger says and what the evidence says must agree; where they do not it is
said, and no bundle is made unless that was wanted all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import msgspec

import sla
from inventory.model import Inventory, Link
from runtime.assessments.rulesets import parse_text
from runtime.reports.bundle_files import unpacked
from runtime.reports.inputs import clipped, gather
from sla import register as registers
from sla import report as documents
from sla.bundle import Making, files, hours_between, name_of
from sla.bundle_inputs import (
    differences,
    first_difference,
    live_of,
    report_of,
    rowless,
    without_gaps,
)
from sla.canonical import HOUR
from sla.inputs import Inputs, Register, horizon
from sla.periods import Window, parse
from sla.proof import note, verifier
from sla.proof.note import Note
from sla.records import PeriodClosed, Record
from sla.report import Report
from sla.ruleset import RuleSet
from sla.timeline import Step
from store import evidence, evidence_log, reports
from store.evidence_log import EvidenceLog, read_log
from store.ledger import FILE, open_reader
from store.reports import Place

_DISTRIBUTION: Final = "extranet-monitor"
_SHOWN: Final = 20


class NoBundleError(Exception):
    """There can be no bundle. `code` says why, `parameters` go into its sentence."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = parameters


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs: the text, the key's word, and which of the two keys it is."""

    sign: Callable[[str], Note]
    key: str
    by: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a bundle is wanted of. `readme`: its text.

    `anyway`: although the ledger or the settled report differs from the evidence, which holds, or
    a circuit of which there is evidence has no row and the settled report does not say so.
    """

    store: Path
    carrier: str
    period: str
    inventory: Inventory
    rules: RuleSet
    now: int
    readme: bytes
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that is ready to be written. `differs`: where the ledger said something else."""

    files: Iterator[tuple[str, bytes]]
    report: Report
    missing: int
    differs: Sequence[tuple[str, int, int]]
    instead_of: str
    left_out: Sequence[str]


def bundle(wanted: Wanted, signing: Signing, log_key: str) -> Bundle:
    """Make a bundle. Raises NoBundleError, StoreError, PeriodError, RulesError."""
    log = read_log(wanted.store / evidence_log.FOLDER)
    checkpoint = log.notes.newest()
    if checkpoint is None:
        raise NoBundleError("no_checkpoint")
    size = note.parse_checkpoint(checkpoint.text).size
    places = _kept(wanted, log, size)
    settled = _settled(wanted)
    inputs, data = (
        _open(wanted, log, size, [*places])
        if settled is None
        else _closed(wanted, log, size, settled)
    )
    since, _ = horizon(inputs.window, inputs.recorded_until, inputs.rules.zone)
    hours = {
        hour: places[hour] for hour in hours_between(since, inputs.recorded_until) if hour in places
    }
    read = partial(_read, wanted)
    live = live_of(((hour, read(hour)) for hour in hours), inputs.recorded_until)
    differs = _compared(inputs, live, since, hours)
    if differs and not wanted.anyway:
        raise NoBundleError("differs", count=len(differs), spans=differs[:_SHOWN])
    absent = rowless(live, inputs.register, inputs.window, inputs.recorded_until)
    if absent and not wanted.anyway and not _said(data, absent):
        raise NoBundleError("left_out", circuits=", ".join(absent[:_SHOWN]))
    inputs = replace(
        inputs,
        live={name: without_gaps(steps) for name, steps in live.items()},
        left_out=absent,
    )
    made = documents.encode(report_of(inputs, lambda: ((hour, read(hour)) for hour in hours)))
    instead_of = ""
    if data and made != data:
        if not wanted.anyway:
            raise NoBundleError("not_that_report", path=first_difference(data, made))
        instead_of = documents.digest(data)
    making = Making(
        inputs=inputs,
        since=since,
        report=made,
        log=log,
        checkpoint=checkpoint,
        evidence=lambda hour: _file(wanted, hour).read_bytes(),
        hours=hours,
        differs=differs,
        sign=signing.sign,
        signed_by=signing.by,
        log_key=log_key,
        report_key=signing.key,
        code=_version(),
        code_sha256=code_sha256(),
        verifier=Path(verifier.__file__).read_bytes(),
        readme=wanted.readme,
        instead_of=instead_of,
        left_out=absent,
    )
    until = max(inputs.recorded_until, inputs.window.end)
    missing = len(hours_between(since, until)) - len(hours)
    return Bundle(files(making), documents.decode(made), missing, differs, instead_of, absent)


def _said(settled: bytes, absent: Sequence[str]) -> bool:
    """Say whether the settled report itself names these circuits: whoever closed it knew."""
    return bool(settled) and documents.decode(settled).left_out == tuple(absent)


def _file(wanted: Wanted, hour: int) -> Path:
    return evidence.file_of(wanted.store / evidence.FOLDER, hour, wanted.carrier)


def _read(wanted: Wanted, hour: int) -> list[bytes]:
    return unpacked(name_of(hour), _file(wanted, hour).read_bytes())


def _kept(wanted: Wanted, log: EvidenceLog, size: int) -> dict[int, int]:
    """Return the hours of the carrier that are kept and logged, with their leaves, in order."""
    found = log.hours(wanted.carrier, size)
    kept = {hour: found[hour] for hour in sorted(found) if _file(wanted, hour).exists()}
    if not kept:
        raise NoBundleError("no_evidence", carrier=wanted.carrier)
    return kept


def _settled(wanted: Wanted) -> PeriodClosed | None:
    """Return as what the period was closed last, None = it is open."""
    with closing(open_reader(wanted.store / FILE)) as reader:
        bodies = [record.body for record in reader.records()]
    same = (wanted.carrier, wanted.period)
    closed = [
        body
        for body in bodies
        if isinstance(body, PeriodClosed) and (body.carrier, body.period) == same
    ]
    return closed[-1] if closed else None


def _open(wanted: Wanted, log: EvidenceLog, size: int, kept: Sequence[int]) -> tuple[Inputs, bytes]:
    """Return the inputs of a period that is not settled, up to the last hour of evidence."""
    if wanted.carrier not in wanted.inventory.carriers:
        raise NoBundleError("no_carrier", carrier=wanted.carrier)
    # As it will be read again: what is a whole number here is a fraction there, and other bytes.
    own = registers.encode(registers.register_of(wanted.inventory, wanted.carrier))
    register = registers.decode(own)
    window = parse(wanted.period, wanted.now, wanted.rules.zone)
    until = kept[-1] + HOUR
    if until <= window.start:
        raise NoBundleError("no_evidence", carrier=wanted.carrier)
    if window.provisional:
        window = replace(window, end=min(window.end, until))
    inputs = gather(wanted.store, register, window, wanted.rules)
    return _as_of(inputs, wanted, log, size, min(inputs.recorded_until, until)), b""


def _closed(
    wanted: Wanted, log: EvidenceLog, size: int, settled: PeriodClosed
) -> tuple[Inputs, bytes]:
    """Return the inputs of a settled report, and its bytes."""
    place = Place(wanted.carrier, wanted.period, settled.revision)
    data = reports.read(wanted.store, place, sha256=settled.report)
    report = documents.decode(data)
    if report.tree_size > size:
        raise NoBundleError("no_checkpoint")
    register: Register = registers.decode(reports.read(wanted.store, place, reports.REGISTER))
    rules = parse_text(reports.read(wanted.store, place, reports.RULES).decode())
    window = Window(report.period, report.start, report.end, report.provisional)
    inputs = gather(
        wanted.store, register, window, rules,
        revision=report.revision, previous=report.previous,
    )  # fmt: skip
    inputs = replace(
        inputs,
        first_heartbeat=report.first_heartbeat,
        clock_verified=report.clock == "verified",
        tzdata=report.tzdata,
    )
    return _as_of(inputs, wanted, log, report.tree_size, report.recorded_until), data


def _as_of(inputs: Inputs, wanted: Wanted, log: EvidenceLog, size: int, until: int) -> Inputs:
    """Return inputs as they were when the log had that size, and up to then."""
    then = log.as_of(wanted.carrier, size)
    since, _ = horizon(inputs.window, until, inputs.rules.zone)
    known: list[Record] = [one for one in inputs.records if one.number in then.records]
    return replace(
        inputs,
        live={name: clipped(steps, since, until) for name, steps in inputs.live.items()},
        recorded_until=until,
        records=known,
        log=then,
    )


def _compared(
    inputs: Inputs, live: Mapping[str, Sequence[Step]], since: int, hours: Mapping[int, int]
) -> list[tuple[str, int, int]]:
    """Return where the ledger says something else than the evidence, by circuit."""
    every = hours_between(since, inputs.recorded_until)
    missing = [hour for hour in every if hour not in hours]
    return [
        (link.id, start, end)
        for link in inputs.register.links
        for start, end in differences(
            inputs.live.get(link.id, ()),
            live.get(link.id, ()),
            [*missing, *_not_served(link, every)],
        )
    ]


def _not_served(link: Link, hours: range) -> Iterator[int]:
    """Yield the hours in which a circuit was not in service at all, so that there are no lines."""
    for hour in hours if link.in_service else ():
        if not any(
            one.start < hour + HOUR and (one.end is None or one.end > hour)
            for one in link.in_service
        ):
            yield hour


def _version() -> str:
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:
        return ""


def code_sha256() -> str:
    """Return the SHA-256 (hex) over names and bytes of everything that computes: `sla/`."""
    folder = Path(str(sla.__file__)).parent
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        data = path.read_bytes()
        whole.update(msgspec.json.encode([path.relative_to(folder).as_posix(), len(data)]))
        whole.update(data)
    return whole.hexdigest()
