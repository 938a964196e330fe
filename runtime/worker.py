"""What takes longer than 5 ms of CPU, done in a process of its own that reads the record only.

Plain functions over what `start` left here; the pool calls them one at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from api.ports import Outage, Trap, UnknownPeriodError
from inventory.model import Inventory, TargetId, link_target, service_target, site_target
from runtime.around import around
from runtime.assessments.rulesets import load
from runtime.evidence import work as evidence_work
from runtime.reports import figures
from runtime.underling import settle_in
from sla import percentile
from sla.assess import assess_site
from sla.assess_service import assess_service
from sla.documents import carrier_document, link_document, service_document, site_document
from sla.percentile import Missing, Mode
from sla.periods import PeriodError, Window, parse
from sla.ruleset import RuleSet
from store import past, retention, seal, traffic
from store.errors import StoreError
from store.evidence import last_kept
from store.evidence_leaves import HourLeaves, leaves_of_hours
from store.evidence_log import EVIDENCE
from store.hours import HOUR, settle_seconds
from store.ledger import FILE, open_reader
from store.reader import Reader


@dataclass(slots=True)
class _Here:
    """What this process was started with."""

    store: Path
    inventory: Inventory
    sealing: evidence_work.Sealing = field(default_factory=evidence_work.Sealing)


_here: _Here | None = None
_WRITTEN: Final = 180
"""Seconds after which a slot of history has been closed and written."""


def start(store: Path, inventory: Inventory) -> None:
    """Remember where the record lies; the first call in a new process."""
    global _here  # noqa: PLW0603 - a pool's process has no other place of its own
    _here = _Here(store, inventory)
    settle_in()


def _where() -> tuple[Inventory, Path]:
    assert _here is not None
    return _here.inventory, _here.store


def _known() -> tuple[Inventory, Reader]:
    assert _here is not None
    return _here.inventory, open_reader(_here.store / FILE)


def _history() -> Path:
    assert _here is not None
    return _here.store / "history"


def outages(target: TargetId | None, since: int, until: int, limit: int, now: int) -> list[Outage]:
    """Return the live outages that touch [since, until), newest first."""
    _, reader = _known()
    rows = reader.outages(target, since=since, until=until, limit=limit)
    return [
        Outage(row.id, row.target, row.start, row.end, row.seen_at, row.reason, row.down_until(now))
        for row in rows
    ]


def traps(devices: Sequence[TargetId] | None, since: int, until: int, limit: int) -> list[Trap]:
    """Return what devices said unasked in [since, until), newest first."""
    _, reader = _known()
    return [
        Trap(
            row.at_ms,
            row.device,
            row.subject,
            row.code,
            row.oid,
            row.version,
            row.informed,
            row.source,
            msgspec.json.decode(row.told),
        )
        for row in reader.traps(devices, since=since, until=until, limit=limit)
    ]


def carrier(name: str, period: str, now: int, rules: RuleSet | None, links: bool) -> bytes:  # noqa: FBT001 - by name only
    """Assess a carrier; return JSON, since a large carrier's document has 10,000 rows."""
    inventory, store = _where()
    window = _window(period, now)
    document = carrier_document(
        figures.carrier_figure(store, inventory, rules or load(), name, window)
    )
    if not links:
        del document["links"]
    return msgspec.json.encode(document)


def link(name: str, period: str, now: int, rules: RuleSet | None) -> bytes:
    """Assess one link; return JSON."""
    inventory, store = _where()
    window = _window(period, now)
    found = figures.link_figure(store, inventory, rules or load(), name, window)
    return msgspec.json.encode(link_document(*found))


def site(name: str, period: str, now: int) -> bytes:
    """Assess one site over its legs, or by its own state where nothing leads to it; JSON."""
    inventory, reader = _known()
    window = _window(period, now)
    legs = inventory.topology.uplinks.get(name, ())
    evidence = around(reader, [*map(link_target, legs)] or [site_target(name)], window)
    document = site_document(
        assess_site(
            name,
            inventory,
            window,
            evidence.transitions,
            evidence.blinds,
            evidence.first_heartbeat,
            evidence.recorded_until,
        )
    )
    return msgspec.json.encode(document)


def service(name: str, period: str, now: int) -> bytes:
    """Assess one service for its users; JSON."""
    inventory, reader = _known()
    window = _window(period, now)
    target = service_target(name)
    evidence = around(reader, [target], window)
    assessed = assess_service(
        inventory.services[name],
        window,
        evidence.transitions.get(target, ()),
        evidence.blinds,
        inventory.planned_work.values(),
        evidence.first_heartbeat,
        evidence.recorded_until,
    )
    return msgspec.json.encode(service_document(assessed, inventory.links))


def history(name: str, since: int, until: int) -> list[Mapping[str, object]]:
    """Return one row per accounting slot."""
    _, reader = _known()
    return [
        {
            "slot": row.slot,
            "seconds": row.seconds,
            "state": row.state.name.lower(),
            "down_seconds": row.down_seconds,
            "sent": row.sent,
            "lost": row.lost,
            "rtt_seconds": row.rtt_median,
            "rtt_p95_seconds": row.rtt_p95,
            "jitter_seconds": row.jitter,
            "in_bytes": row.in_octets,
            "out_bytes": row.out_octets,
        }
        for row in past.read(_history(), reader, name, since, until)
    ]


def link_p95(
    name: str, period: str, now: int, mode: Mode, missing: Missing, cap: int | None
) -> bytes:
    """Work out the 95th percentile of a link's traffic; return JSON.

    Of a month that is not over, slots count whose polls have all had the time to be written.
    """
    inventory, _ = _known()
    window = _window(period, now)
    end = min(window.end, now - _WRITTEN)
    slots = percentile.expected(window.start, end, inventory.links[name].in_service)
    rows = traffic.read(_history(), name, slots[0], slots[-1] + percentile.SLOT) if slots else []
    figure = percentile.bill(rows, slots, mode=mode, missing=missing, cap=cap)
    head = {
        "link": name,
        "period": window.period,
        "start": window.start,
        "end": window.end,
        "provisional": window.provisional,
        "mode": mode,
        "missing": missing,
        "cap_bps": cap,
    }
    return msgspec.json.encode(head | percentile.document(figure))


def used_shares(now: int, rules: RuleSet | None) -> list[tuple[str, float]]:
    """Return for each link with an outage this month the share used of the allowed downtime.

    Allowed = (1 - promise) of the whole month, whatever of it is over.
    """
    inventory, store = _where()
    _, reader = _known()
    month = _window(_this_month(now), now)
    whole = _window(month.period, month.start + 32 * 86_400)
    hurt = {row.target for row in reader.outages(since=month.start, until=now, limit=1_000_000)}
    names = [name for name in inventory.links if link_target(name) in hurt]
    found = figures.hurt_figures(store, inventory, rules or load(), names, month)
    seconds = whole.end - whole.start
    return [
        (one.link.id, float(one.achieved.down / allowed))
        for one in found
        if (allowed := (1 - one.contract.availability) * seconds) > 0
    ]


def seal_hours(hours: Sequence[int]) -> list[str]:
    """Turn closed hours of history into Parquet; return what could not be, hour by hour.

    An hour that may still get a state is left for the next time. How far the ledger goes, a
    heartbeat in it says: what was decided before was entered before, so nothing of it still waits.
    """
    inventory, reader = _known()
    told_until, settle = reader.last_heartbeat() or 0, settle_seconds(inventory)
    failed = []
    for hour in hours:
        if told_until < hour + HOUR + settle:
            continue
        try:
            seal.seal(_history(), hour, reader)
        except StoreError as error:
            failed.append(f"{hour}: {error}")
    return failed


def hour_leaves(hours: Sequence[int]) -> list[HourLeaves]:
    """Return the leaves of hours of evidence for the log."""
    assert _here is not None
    return leaves_of_hours(_here.store / EVIDENCE, hours)


def keep_evidence(rules: RuleSet | None, now: int) -> evidence_work.Kept:
    """Keep the next hour of evidence, or seal the next day, or a piece of it."""
    inventory, reader = _known()
    assert _here is not None
    with closing(reader):
        return evidence_work.keep(_here.store, inventory, reader, rules, now, _here.sealing)


def sweep_evidence(now: int, years: int) -> evidence_work.Kept:
    """Let go of evidence that is older."""
    assert _here is not None
    return evidence_work.sweep(_here.store, now, years)


def sweep(now: int, days: int, floor: int) -> int:
    """Delete history that is too old or for which there is no room; return how many hours."""
    assert _here is not None
    last = last_kept(_here.store / EVIDENCE)
    kept_until = None if last is None else last + HOUR
    return len(retention.sweep(_history(), now, days, floor, kept_until=kept_until))


def _window(period: str, now: int) -> Window:
    try:
        return parse(period, now)
    except PeriodError as error:
        raise UnknownPeriodError(error.code) from error


def _this_month(now: int) -> str:
    return f"{datetime.fromtimestamp(now, ZoneInfo('Asia/Shanghai')):%Y-%m}"
