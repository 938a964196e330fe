"""What is known around outages that have ended: read from the ledger and the last readings.

Nothing is asked for this: each poll of a device's interfaces brings sysUpTime, snmpEngineTime and
ifLastChange along, and these still say afterwards when a box booted and when a port changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from alerts.model import Alert, Phase
from inventory.model import (
    Inventory,
    Link,
    TargetId,
    device_target,
    interface_target,
    link_target,
    site_target,
)
from metrics.catalogue import ENGINE_TIME, LAST_CHANGE, UPTIME_TICKS, Metric
from metrics.observation import Outcome, Probe, Reading, Value
from sla.attribution import Above, Box, Evidence, Port, Told, booted, changed, propose
from sla.causes import parts_of
from sla.events import Event, Lost, by_outage, events
from sla.records import CauseProposed, TicketNoted
from sla.states import State, outage_id
from sla.tickets import usual_name
from store.ledger import open_reader
from store.reader import OutageRow, Reader

_OF_ONE_LINK: Final = 50
"""Newest outages of a link that are looked at."""
_AROUND: Final = 3_000
"""Outages that are looked at around one."""
_TRAPS: Final = 50
_CODES: Final = frozenset(
    {"power.failed", "power.restored", "ups.on_battery", "link.down", "link.up",
     "cold_start", "warm_start"}
)  # fmt: skip
_LOST: Final = frozenset({State.DOWN, State.UNKNOWN})
_BLIND: Final = frozenset(
    {"monitor_off", "canaries_silent", "clock_off", "not_watched", "not_observed"}
)


Places = Mapping[tuple[Metric, TargetId], int]
"""Where in a probe's values stands what is of use here."""


class Seen(NamedTuple):
    """A device's last reading: when (UTC seconds), and its values. 0 = it was never heard."""

    at: int
    values: Sequence[Value]
    places: Places


class Found(NamedTuple):
    """What is to be filed."""

    causes: list[CauseProposed]
    tickets: list[TicketNoted]


def places_of(probe: Probe) -> Places:
    """Return where a probe of interfaces says when its box booted and its ports changed."""
    wanted = (UPTIME_TICKS, ENGINE_TIME, LAST_CHANGE)
    return {
        (series.metric, series.target): place
        for place, series in enumerate(probe.series[: probe.raw])
        if series.metric in wanted
    }


def read_at(reading: Reading | None) -> int:
    """Return when a reading was made, UTC seconds; 0 = it was not heard."""
    if reading is None or reading.observation.outcome is not Outcome.ANSWERED:
        return 0
    return reading.observation.slot_ms // 1000


def seen(reading: Reading | None, places: Places) -> Seen:
    """Return what a reading says."""
    return Seen(read_at(reading), () if reading is None else reading.values, places)


def box_of(device: str, one: Seen | None, after: int) -> Box | None:
    """Return a device as it was read after an outage, None where it was not."""
    if one is None or one.at < after:
        return None
    target = device_target(device)
    uptime, engine = _whole(one, UPTIME_TICKS, target), _whole(one, ENGINE_TIME, target)
    return Box(target, one.at, booted(one.at, uptime, engine))


def port_of(device: str, port: str | None, one: Seen | None, after: int) -> Port | None:
    """Return a port as it was read after an outage, None where it was not."""
    if one is None or one.at < after or port is None:
        return None
    box, target = device_target(device), interface_target(device, port)
    last = _whole(one, LAST_CHANGE, target)
    uptime, engine = _whole(one, UPTIME_TICKS, box), _whole(one, ENGINE_TIME, box)
    return None if last is None else Port(target, one.at, changed(one.at, uptime, engine, last))


def _whole(one: Seen, metric: Metric, target: TargetId) -> int | None:
    place = one.places.get((metric, target))
    value = None if place is None else one.values[place]
    return None if value is None else int(value)


def unproposed(
    ledger: Path, since: int, until: int, known: frozenset[str], most: int
) -> tuple[set[str], set[str]]:
    """Return links with outages of [since, until) that ended without anything on record.

    And those whose outage lasts. Raises StoreError.
    """
    with closing(open_reader(ledger)) as reader:
        rows = reader.outages(since=since, until=until, limit=most)
        lasting = [outage_id(*one) for one in reader.open_outages().items()]
    ended = [row.id for row in rows if row.end is not None and row.id not in known]
    return _links(ended), _links(lasting)


def _links(outages: Iterable[str]) -> set[str]:
    return {parts[0] for one in outages if (parts := parts_of(one)) is not None}


def find(
    ledger: Path,
    inventory: Inventory,
    links: Sequence[str],
    known: frozenset[str],
    readings: Mapping[str, Seen],
    boot_allowance: int,
) -> Found:
    """Return proposals and tickets of outages of these links that have ended and are not `known`.

    Raises StoreError. Blocks on the disk.
    """
    with closing(open_reader(ledger)) as reader:
        rows = [
            (inventory.links[link], row)
            for link in links
            if link in inventory.links
            for row in reader.outages(link_target(link), limit=_OF_ONE_LINK)
            if row.end is not None and row.id not in known and row.down_seconds > 0
        ]
        around = _Around(reader, inventory, rows)
        causes = [
            propose(around.evidence(link, row, readings, boot_allowance)) for link, row in rows
        ]
        return Found(causes, [*_tickets(reader, rows)])


class _Around:
    """What the ledger says beside the outages themselves."""

    def __init__(
        self, reader: Reader, inventory: Inventory, rows: Sequence[tuple[Link, OutageRow]]
    ) -> None:
        self._reader = reader
        self._inventory = inventory
        self._events: dict[str, Event] = {}
        for slot in sorted({link.profile.slot for link, _ in rows}):
            mine = [row for link, row in rows if link.profile.slot == slot]
            for first, last in _clusters([row.start for row in mine], slot):
                lost = self._lost(first - slot, last + slot + 1)
                found = by_outage(events(lost, slot))
                self._events |= {row.id: found[row.id] for row in mine if row.id in found}

    def _lost(self, since: int, until: int) -> list[Lost]:
        """Return the outages of links that began in [since, until)."""
        links = self._inventory.links
        found = []
        for row in self._reader.outages(since=since, until=until, limit=_AROUND):
            named = parts_of(row.id)
            if named is not None and row.start >= since and named[0] in links:
                found.append((links[named[0]], row))
        told = self._reader.transitions([row.target for _, row in found], since, until)
        areas = self._inventory.topology.areas
        return [
            Lost(
                row.id, link.id, link.carrier, link.a.device, areas.get(link.b.site, ""),
                row.start, row.end,
                next((one.cause for one in told.get(row.target, ()) if one.cause), ""),
            )
            for link, row in found
        ]  # fmt: skip

    def evidence(
        self,
        link: Link,
        row: OutageRow,
        readings: Mapping[str, Seen],
        boot_allowance: int,
    ) -> Evidence:
        """Return everything about one outage."""
        assert row.end is not None
        far, near = (readings.get(end.device) for end in (link.b, link.a))
        event = self._events.get(row.id)
        members = [] if event is None else [one for one in event.members if one.link != link.id]
        return Evidence(
            outage=row.id,
            link=link.id,
            start=row.start,
            end=row.end,
            slot=link.profile.slot,
            boot_allowance=boot_allowance,
            far=box_of(link.b.device, far, row.end),
            near=box_of(link.a.device, near, row.end),
            far_port=port_of(link.b.device, link.b.interface, far, row.end),
            near_port=port_of(link.a.device, link.a.interface, near, row.end),
            traps=tuple(self._traps(link, row)),
            above=tuple(self._above(link, row)),
            together=tuple(one.link for one in members),
            others=tuple(one.link for one in members if one.carrier != link.carrier),
            event="" if event is None else event.event,
        )

    def _traps(self, link: Link, row: OutageRow) -> Iterator[Told]:
        slot, there = link.profile.slot, self._inventory.topology.devices.get(link.b.site, ())
        devices = [device_target(name) for name in there]
        told = self._reader.traps(
            devices, since=row.start - 2 * slot, until=row.start + slot + 1, limit=_TRAPS
        )
        for trap in told:
            if trap.code in _CODES:
                yield Told(trap.at_ms, trap.device, trap.subject, trap.code)

    def _above(self, link: Link, row: OutageRow) -> Iterator[Above]:
        """Yield the near device and site where they were lost from the same second, by a slot."""
        slot = link.profile.slot
        targets = [device_target(link.a.device), site_target(link.a.site)]
        since, until = row.start - slot, row.start + slot + 1
        for target, told in self._reader.transitions(targets, since, until).items():
            for one in told:
                if one.since >= since and one.state in _LOST and one.reason not in _BLIND:
                    yield Above(target, one.since)
                    break


def _clusters(starts: Iterable[int], slot: int) -> Iterator[tuple[int, int]]:
    """Yield first and last of starts that lie together: what is around them is read at once."""
    first = last = None
    for start in sorted(starts):
        if first is None or last is None or start - last > 2 * slot:
            if first is not None and last is not None:
                yield first, last
            first = start
        last = start
    if first is not None and last is not None:
        yield first, last


def _tickets(reader: Reader, rows: Sequence[tuple[Link, OutageRow]]) -> Iterator[TicketNoted]:
    """Yield a ticket for each outage of whose alert somebody was told."""
    if not rows:
        return
    wanted = {row.id: (link, row) for link, row in rows}
    ended = min(row.end or 0 for _, row in rows)
    alerts: dict[str, list[Alert]] = {}
    for alert in (*reader.resolved_alerts(ended), *reader.open_alerts()):
        if alert.outage in wanted and alert.target == wanted[alert.outage][1].target:
            alerts.setdefault(alert.outage, []).append(alert)
    told: dict[str, int] = {}
    for one in reader.deliveries_of(alert.id for known in alerts.values() for alert in known):
        if one.phase is Phase.FIRING:
            told.setdefault(one.alert, one.at)
    for outage, known in alerts.items():
        link, row = wanted[outage]
        first = min((told[alert.id] for alert in known if alert.id in told), default=None)
        taken = [one.acknowledged_at for one in known if one.acknowledged_at is not None]
        if first is not None:
            yield TicketNoted(
                ticket=usual_name(outage),
                outage=outage,
                link=link.id,
                notified=first,
                acknowledged=min(taken, default=None),
                restored=row.end,
            )
