"""A made-up carrier's bundle: real evidence lines, a real log, real keys; time is a number."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from inventory.model import PlannedWork
from sla import register as registers
from sla import report as reports
from sla.bundle import Making, files, name_of
from sla.bundle_inputs import Hours, live_of, report_of, without_gaps
from sla.canonical import (
    HOUR,
    Heard,
    HourLeaf,
    Latency,
    MonitorLeaf,
    RecordLeaf,
    RoundTrips,
    SlotRun,
    encode,
    states_in,
)
from sla.inputs import Inputs, horizon
from sla.periods import parse
from sla.proof import merkle, note, verifier
from sla.proof.note import Checkpoint
from sla.records import Record
from sla.records import encode as encode_body
from sla.ruleset import RuleSet
from sla.timeline import Step
from store.evidence_log import EvidenceLog, open_log
from tests.sla.built import RULES, at, link, register

ORIGIN = "tests.example/extranet"
LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
REPORT_KEY = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\1")
LOG = note.verifier(ORIGIN, LOG_KEY.public_key())
REPORT = note.verifier(f"{ORIGIN}/report", REPORT_KEY.public_key())
TEXT = RULES.text.encode()
LAWS = replace(RULES, sha256=hashlib.sha256(TEXT).hexdigest())


@dataclass(frozen=True)
class World:
    """What happened: who supplies which circuits, when they were down, what was filed.

    The monitor lived from `first` to `until`, but for `lost` hours of evidence.
    """

    first: int
    until: int
    live: Mapping[str, Sequence[Step]]
    period: str
    records: Sequence[Record] = ()
    works: Sequence[PlannedWork] = ()
    lost: frozenset[int] = frozenset()
    rules: RuleSet = LAWS


def lines_of(live: Mapping[str, Sequence[Step]], hour: int) -> list[bytes]:
    """Return the canonical lines of an hour in which every slot was heard."""
    found = []
    for name, steps in live.items():
        found.append(
            encode(Heard(name, hour, (SlotRun(0, 60, 60, 12, 0),), states_in(steps, hour)))
        )
        trips = Latency(0, 60, (42,) * 60, (51,) * 60, (3,) * 60)
        found.append(encode(RoundTrips(name, hour, (trips,))))
    return sorted(found)


def log_of(folder: Path, world: World, hours: Mapping[int, Sequence[bytes]]) -> EvidenceLog:
    """Return a log of a carrier's hours, another's, the monitor's and the records, signed."""
    leaves: list[tuple[int, bytes]] = []
    for hour, lines in hours.items():
        roots = [merkle.root(lines, one).hex() for one in merkle.ALGORITHMS]
        other = HourLeaf("mobile", hour, 0, *(merkle.root([], x).hex() for x in merkle.ALGORITHMS))
        told = MonitorLeaf(hour, ((0, HOUR),), (), None)
        mine = HourLeaf("telecom", hour, len(lines), roots[0], roots[1])
        leaves += [(hour + HOUR, encode(leaf)) for leaf in (mine, other, told)]
    for one in world.records:
        body = encode_body(one.body).decode()
        leaves.append((one.at, encode(RecordLeaf(one.number, one.at, one.person, body))))
    leaves.sort(key=lambda pair: pair[0])
    log = open_log(folder)
    log.append([leaf for _, leaf in leaves])
    roots_now = log.roots()
    said = Checkpoint(ORIGIN, len(log), roots_now.sha256, roots_now.sm3, world.until)
    log.notes.add(note.sign(said.text, ORIGIN, LOG_KEY))
    return log


def inputs_of(world: World, log: EvidenceLog, hours: Hours) -> tuple[Inputs, int]:
    """Return what the report is made from, and since when."""
    window = parse(world.period, world.until, world.rules.zone)
    since, until = horizon(window, world.until, world.rules.zone)
    links = [link(name) for name in world.live]
    return Inputs(
        register=register(*links, works=world.works),
        window=window,
        rules=world.rules,
        live={name: without_gaps(live) for name, live in live_of(hours(), until).items()},
        first_heartbeat=world.first,
        recorded_until=until,
        records=world.records,
        log=log.as_of("telecom"),
    ), since


def bundle(
    folder: Path,
    world: World,
    change: Callable[[Making], Making] = lambda making: making,
) -> dict[str, bytes]:
    """Return the files of a bundle."""
    known = {
        hour: lines_of(world.live, hour)
        for hour in range(world.first, world.until, HOUR)
        if hour not in world.lost
    }
    with closing(log_of(folder, world, known)) as log:
        inputs, since = inputs_of(world, log, lambda: iter(known.items()))
        newest = log.notes.newest()
        assert newest is not None
        making = Making(
            inputs=inputs,
            since=since,
            report=reports.encode(report_of(inputs, lambda: iter(known.items()))),
            log=log,
            checkpoint=newest,
            evidence=lambda hour: gzip.compress(
                b"".join(line + b"\n" for line in known[hour]), mtime=0
            ),
            hours={hour: log.hours("telecom")[hour] for hour in known},
            differs=(),
            sign=lambda text: note.sign(text, REPORT.name, REPORT_KEY),
            signed_by="report",
            log_key=LOG.text,
            report_key=REPORT.text,
            code="1",
            code_sha256="",
            verifier=Path(verifier.__file__).read_bytes(),
            readme=b"read me\n",
        )
        return dict(files(change(making)))


__all__ = ["LAWS", "LOG", "REPORT", "World", "at", "bundle", "name_of", "registers"]
