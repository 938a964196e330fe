"""Who or what an outage came from, by its physical evidence (methodology 1.7). Decides nothing.

    far box restarted during the outage               power      up to its boot and an allowance
    it ran on, our head end restarted                 upstream
    it ran on, its port to the circuit dropped        carrier
    it ran on, the port never dropped, and several
      circuits went within a slot                     carrier    where our head end was fine
                                                      upstream   where it was not
    a power trap came first                           power
    device or site above lost from the same second    upstream
    only some pollers lost it                         monitor

Each row is looked at. Rows that agree are one proposal; rows that name different causes contradict
each other, and then the proposal is `unknown` and shows all of it: a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final

from sla.records import Cause, CauseProposed, Fact

POWER_TRAPS: Final = frozenset({"power.failed", "ups.on_battery"})
"""Event codes that say a place is about to lose its power."""
_PORT_TRAP: Final = "link.down"
_WRAP: Final = 2**32
"""sysUpTime and ifLastChange are of 32 bits: 497 days (RFC 3418, RFC 2863)."""
_TICKS: Final = 100
_SHOWN: Final = 5
_MOST_FACTS: Final = 20


@dataclass(frozen=True, slots=True)
class Box:
    """A device as it was read after the outage. UTC seconds; `booted` None = it does not say."""

    target: str
    read: int
    booted: int | None


@dataclass(frozen=True, slots=True)
class Port:
    """A port as it was read after the outage. UTC seconds.

    `changed`: when its ifOperStatus changed last, None = it does not say, or not since the boot.
    """

    target: str
    read: int
    changed: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """A trap that somebody at the far site sent. `at_ms`: UTC milliseconds."""

    at_ms: int
    device: str
    subject: str
    code: str


@dataclass(frozen=True, slots=True)
class Above:
    """What the circuit hangs on and was lost itself: DOWN or UNKNOWN `since` then."""

    target: str
    since: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of an outage of a link. UTC seconds; `slot`, `boot_allowance` in seconds.

    `together`: circuits of the same carrier or head end that went within a slot; `others`: those
    among them of another carrier. `lost_by`, `heard_by`: pollers, where there is more than one.
    """

    outage: str
    link: str
    start: int
    end: int
    slot: int
    boot_allowance: int
    far: Box | None = None
    near: Box | None = None
    far_port: Port | None = None
    near_port: Port | None = None
    traps: tuple[Told, ...] = ()
    above: tuple[Above, ...] = ()
    together: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    lost_by: tuple[str, ...] = ()
    heard_by: tuple[str, ...] = ()
    event: str = ""


@dataclass(frozen=True, slots=True)
class _Match:
    cause: Cause
    until: int | None = None


def booted(read: int, uptime: int | None, engine_time: int | None) -> int | None:
    """Return when a box booted, UTC seconds: it is read at `read`. None = it does not say.

    `uptime`: sysUpTime in 1/100 s; `engine_time`: snmpEngineTime in seconds. Neither can be more
    than the time since the boot: the first wraps after 497 days, the second begins anew with the
    agent. So the larger is believed.
    """
    known = [] if uptime is None else [uptime // _TICKS]
    known += [] if engine_time is None else [engine_time]
    return read - max(known) if known else None


def changed(
    read: int, uptime: int | None, engine_time: int | None, last_change: int | None
) -> int | None:
    """Return when a port changed last, UTC seconds; None = it does not say.

    `last_change`: sysUpTime then, 1/100 s; 0 = not since the agent began (RFC 2863, ifLastChange).
    """
    if uptime is None or not last_change:
        return None
    wrapped = engine_time is not None and engine_time * _TICKS >= _WRAP
    if last_change > uptime and not wrapped:
        return None  # of the future: an agent that counts from another instant
    return read - (uptime - last_change) % _WRAP // _TICKS


def propose(known: Evidence) -> CauseProposed:
    """Return what the evidence suggests."""
    found = [*_matches(known)]
    causes = sorted({match.cause for match in found})
    facts = [*_facts(known)]
    cause: Cause = causes[0] if len(causes) == 1 else "unknown"
    if len(causes) > 1:
        said = Fact("contradicting", known.start, "", {"causes": ", ".join(causes)})
        facts.insert(0, said)
    # Of two rows with one cause the first of the table counts: a boot tells how long, a trap not.
    until = None if cause == "unknown" else found[0].until
    return CauseProposed(
        outage=known.outage,
        link=known.link,
        start=known.start,
        end=known.end,
        cause=cause,
        until=until,
        facts=tuple(facts[:_MOST_FACTS]),
        event=known.event,
        pollers=known.lost_by,
    )


def _matches(known: Evidence) -> Iterator[_Match]:
    if _during(known, _boot(known.far)):
        boot = known.far.booted if known.far is not None else None
        assert boot is not None
        until = max(boot, known.start) + known.boot_allowance
        yield _Match("power", until if until < known.end else None)
    elif _ran_on(known):
        if _during(known, _boot(known.near)):
            yield _Match("upstream")
        elif _during(known, _change(known.far_port)):
            yield _Match("carrier")
        elif known.together and _stayed(known):
            ours = _during(known, _change(known.near_port)) or bool(known.others)
            yield _Match("upstream" if ours else "carrier")
    if _power_first(known) is not None:
        yield _Match("power")
    if known.above:
        yield _Match("upstream")
    if known.lost_by and known.heard_by:
        yield _Match("monitor")


def _facts(known: Evidence) -> Iterator[Fact]:
    """Yield everything that speaks for or against, in the order of the table."""
    yield from _of_far_box(known)
    yield from _of_ports(known)
    if known.together:
        # A carrier reads this, and its bundle holds it: of another's circuits only how many.
        own = sorted(set(known.together) - set(known.others))
        told = {"count": str(len(known.together)), "links": _some(own, bool(known.others))}
        yield Fact("lost_together", known.start, "", told)
    if known.others:
        yield Fact("other_carriers_lost", known.start, "", {"count": str(len(known.others))})
    if (near := _boot(known.near)) is not None and _during(known, near):
        assert known.near is not None
        yield Fact("head_end_restarted", near, known.near.target)
    for trap in sorted(known.traps, key=_order):
        if trap.code in POWER_TRAPS:
            yield Fact("power_trap", trap.at_ms // 1000, trap.device, {"trap": trap.code})
        else:
            told = {"trap": trap.code, "subject": trap.subject}
            yield Fact("trap", trap.at_ms // 1000, trap.device, told)
    for one in known.above:
        yield Fact("above_lost", one.since, one.target)
    if known.lost_by and known.heard_by:
        told = {"lost": ", ".join(known.lost_by), "heard": ", ".join(known.heard_by)}
        yield Fact("pollers_differ", known.start, "", told)


def _of_far_box(known: Evidence) -> Iterator[Fact]:
    boot = _boot(known.far)
    if known.far is None:
        yield Fact("far_not_read", known.end)
    elif boot is None:
        yield Fact("boot_not_told", known.far.read, known.far.target)
    elif _during(known, boot):
        yield Fact("far_restarted", boot, known.far.target)
    elif boot < known.start:
        yield Fact("far_ran_on", boot, known.far.target)
    else:
        yield Fact("far_restarted_later", boot, known.far.target)


def _of_ports(known: Evidence) -> Iterator[Fact]:
    for end, port in (("far", known.far_port), ("near", known.near_port)):
        if port is None:
            continue
        if port.changed is None:
            yield Fact(f"{end}_port_unchanged", port.read, port.target)
        elif _during(known, port.changed):
            yield Fact(f"{end}_port_dropped", port.changed, port.target)
        elif port.changed < known.start:
            yield Fact(f"{end}_port_stayed", port.changed, port.target)
        else:
            yield Fact(f"{end}_port_changed_later", port.changed, port.target)


def _boot(box: Box | None) -> int | None:
    return None if box is None else box.booted


def _change(port: Port | None) -> int | None:
    return None if port is None else port.changed


def _during(known: Evidence, at: int | None) -> bool:
    """Say whether an instant lies in the outage, its edges as uncertain as a slot is long."""
    return at is not None and known.start - known.slot <= at < known.end + known.slot


def _ran_on(known: Evidence) -> bool:
    boot = _boot(known.far)
    return boot is not None and boot < known.start - known.slot


def _stayed(known: Evidence) -> bool:
    """Say whether the far port was up all the time: it changed before, or never since the boot."""
    port = known.far_port
    return port is not None and (port.changed is None or port.changed < known.start - known.slot)


def _power_first(known: Evidence) -> Told | None:
    """Return the power trap that came with the beginning, unless the line went down before it."""
    edges = (known.start - 2 * known.slot) * 1000, (known.start + known.slot) * 1000
    early = [trap for trap in known.traps if edges[0] <= trap.at_ms < edges[1]]
    power = min((t for t in early if t.code in POWER_TRAPS), key=lambda t: t.at_ms, default=None)
    port = known.far_port
    if power is None or port is None:
        return power
    dropped = [t.at_ms for t in early if t.code == _PORT_TRAP and t.subject == port.target]
    return power if not dropped or power.at_ms <= min(dropped) else None


def _order(one: Told) -> tuple[int, str, str, str]:
    return one.at_ms, one.device, one.code, one.subject


def _some(links: Iterable[str], more: bool) -> str:  # noqa: FBT001 - whether some are not named
    names = nsmallest(_SHOWN + 1, links)
    return ", ".join([*names[:_SHOWN], *(["…"] if more or len(names) > _SHOWN else [])])
