"""How a service is judged: by its checks; by what it needs where one fails or there is none.

A check is believed after `confirm` equal runs, back-dated to the first; one that is asked more
seldom than every ten minutes after a single run, or a nightly backup would be believed after three
days. A run that was skipped says nothing; after as many as `confirm` runs of which nothing was
heard a check is not known any more.

Checks decide whether a service works, needs whose fault it is when it does not: while a need is
lost (of alternatives all) the service is in the shadow of that outage. When the need comes back,
failing starts to be counted anew. A service without checks is what its needs let it be.

Reasons: those of the checks, `answered`, `recovered`, `upstream`, `not_asked`, `awaits_check` (what
it needs is back, the check comes seldom), `no_redundancy` (an alternative is lost),
`need_degraded`, `need_unknown`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from metrics.observation import Observation, Outcome
from sla._network import NEVER, Check, Node, ServiceNode, SiteNode, Upper, blame
from sla.states import State

SLOW_MS: Final = 600_000
"""A check that is asked more seldom is believed at once."""
_SEEN: Final = frozenset({State.UP, State.DEGRADED})
_LOST: Final = frozenset({State.DOWN, State.SHADOW})
_UNJUDGED: Final = frozenset({None, State.UNKNOWN})
_OUTCOMES: Final = {
    Outcome.SILENT: "silent",
    Outcome.REFUSED: "refused",
    Outcome.GARBLED: "garbled",
}
_KEPT: Final = (
    "last", "verdict", "missed", "good_runs", "good_first", "bad_runs", "bad_first", "reason",
)  # fmt: skip


class Bench(Protocol):
    """What the rules of services use of those of the network."""

    confirm: int
    seen_ms: int
    suspect: bool

    def settle(self, node: Upper, state: State, since: int, reason: str, cause: str = "") -> None:
        """Put a target into a state."""


def run(bench: Bench, service: ServiceNode, check: Check, observation: Observation) -> None:
    """Take one run of a check."""
    at, met = observation.slot_ms, _met(observation)
    if at <= check.last:
        return
    enough = bench.confirm * check.every
    waited = 0 if check.last == NEVER else at - check.last
    if waited > enough or (waited == enough and met is None):
        _not_asked(bench, service, check, check.last + check.every)
    if met is None:
        return
    check.last = at
    if met:
        _good(check, at)
        if check.verdict and service.state is State.UP:
            return
    else:
        _bad(check, at, observation.reason or _OUTCOMES.get(observation.outcome, "check_failed"))
    judge(bench, service)


def _met(observation: Observation) -> bool | None:
    """Say whether a run met what the check expects; None = it says nothing."""
    if observation.outcome is Outcome.SKIPPED:
        return None
    if observation.outcome is not Outcome.ANSWERED:
        return False
    success = observation.values[0] if observation.values else None
    return None if success is None else success > 0


def _good(check: Check, at: int) -> None:
    if check.good_runs == 0:
        check.good_first = at
    check.good_runs += 1
    check.bad_runs = 0
    if check.good_runs >= check.confirm:
        check.verdict, check.missed = True, False


def _bad(check: Check, at: int, reason: str) -> None:
    if check.bad_runs == 0:
        check.bad_first = at
        if check.verdict is not False:
            check.reason = reason
    check.bad_runs += 1
    check.good_runs = 0
    if check.bad_runs >= check.confirm:
        check.verdict, check.missed = False, False


def _not_asked(bench: Bench, service: ServiceNode, check: Check, since: int) -> None:
    """Nobody knows how it went while as many runs as it takes to confirm were not sent."""
    known = check.verdict is not None
    check.forget()
    if known:
        check.missed = True
        judge(bench, service, since)


def carry_over(old: ServiceNode, new: ServiceNode) -> None:
    """Take what was heard of the checks that remain over a reload; their limits are new."""
    known = {check.id: check for check in old.checks}
    for check in new.checks:
        if before := known.get(check.id):
            for name in _KEPT:
                setattr(check, name, getattr(before, name))


def judge(bench: Bench, service: ServiceNode, floor: int = NEVER) -> None:
    """Settle the state of a service. What is not dated by runs is so from `floor` on."""
    if not service.checks:
        _judge_by_needs(bench, service, floor)
        return
    vital = [check for check in service.checks if check.vital]
    failed = [check for check in vital if check.verdict is False]
    deciding = vital or service.checks
    if failed:
        _blame(bench, service, failed)
    elif any(check.missed for check in vital) or all(one.verdict is None for one in deciding):
        if service.state not in _UNJUDGED:
            bench.settle(service, State.UNKNOWN, floor, "not_asked")
    else:
        _works(bench, service, vital, floor)


def _blame(
    bench: Bench, service: ServiceNode, failed: list[Check], changed: Upper | None = None
) -> None:
    """Say whose fault it is that a vital check has failed: its own, or that of what it needs."""
    need = _lost_need(service)
    if need is not None:
        cause, first = blame(need), min(failed, key=_bad_first)
        if (service.state, service.cause) != (State.SHADOW, cause):
            since = first.bad_first
            if service.state in _LOST:
                since = _hidden_since(service, need, changed, first.every)
            bench.settle(service, State.SHADOW, since, "upstream", cause)
        return
    ready = [check for check in failed if check.bad_runs >= check.confirm]
    if ready and service.state is not State.DOWN and not bench.suspect:
        first = min(ready, key=_bad_first)
        bench.settle(service, State.DOWN, first.bad_first, first.reason)


def _hidden_since(service: ServiceNode, need: Upper, changed: Upper | None, every: int) -> int:
    """Return from when on a service that is lost lies in the shadow of what took `need` away.

    What was found lost a little later was lost before: it is asked in its own time. `changed`: what
    the service is judged again for; the end of one cause begins the shadow of another.
    """
    own = service.state is State.DOWN or changed is need
    if own and need.since <= service.since + min(_every(need) + every, SLOW_MS):
        return service.since
    return need.since if changed is None else max(need.since, changed.since)


def _works(bench: Bench, service: ServiceNode, vital: list[Check], floor: int) -> None:
    complaints = [check for check in service.checks if check.verdict is False]
    lesser = [check for check in service.checks if not check.vital]
    # Who was lost is back with the vital ones; what was only degraded is well with the others.
    telling = lesser if service.state is State.DEGRADED or not vital else vital
    recovered = max([floor, *(check.good_first for check in telling if check.verdict)])
    if complaints:
        first = min(complaints, key=_bad_first)
        if (service.state, service.reason) == (State.DEGRADED, first.reason):
            return
        since = first.bad_first if service.state in _SEEN else max(first.bad_first, recovered)
        bench.settle(service, State.DEGRADED, since, first.reason)
    elif service.state is not State.UP:
        bench.settle(service, State.UP, recovered, _why_up(service))


def _why_up(service: ServiceNode) -> str:
    hurt = service.outage is not None or service.state is State.SHADOW
    return "recovered" if hurt else "answered"


def reconsider(bench: Bench, service: ServiceNode, need: Upper) -> None:
    """Judge a service again because something that it needs has changed its state."""
    if not service.checks:
        _judge_by_needs(bench, service, NEVER, need)
        return
    failed = [check for check in service.checks if check.vital and check.verdict is False]
    if not failed:
        return
    if need.state in _LOST or _lost_need(service) is not None:
        _blame(bench, service, failed, need)
    elif service.state is State.SHADOW:
        for check in failed:
            check.bad_runs = 0  # what fails from here on, fails although its needs are there
        if all(check.every > SLOW_MS for check in failed):
            bench.settle(service, State.UNKNOWN, need.since, "awaits_check")


def _judge_by_needs(
    bench: Bench, service: ServiceNode, floor: int, changed: Upper | None = None
) -> None:
    state, reason, cause = _by_needs(service)
    judged = [need.since for group in service.needs for need in group if need.state is not None]
    if state is State.UNKNOWN and service.state in _UNJUDGED:
        return
    if state is State.UP:
        if service.state is State.UP:
            return
        reason = _why_up(service)
    if (state, reason, cause) == (service.state, service.reason, service.cause):
        return
    since = max(judged, default=max(floor, bench.seen_ms))
    need = _lost_need(service)
    if need is not None:
        hidden = service.state is State.SHADOW
        since = _hidden_since(service, need, changed, 0) if hidden else need.since
    bench.settle(service, state, since, reason, cause)


def _by_needs(service: ServiceNode) -> tuple[State, str, str]:
    """Return state, reason and cause that a service has by what it needs."""
    if not service.needs:
        return State.UNKNOWN, "not_asked", ""
    need = _lost_need(service)
    if need is not None:
        return State.SHADOW, "upstream", blame(need)
    groups = [{need.state for need in group} for group in service.needs]
    if not all(states & _SEEN for states in groups):
        return State.UNKNOWN, "need_unknown", ""
    if any(states & _LOST for states in groups):
        return State.DEGRADED, "no_redundancy", ""
    if not all(State.UP in states for states in groups):
        return State.DEGRADED, "need_degraded", ""
    return State.UP, "answered", ""


def _lost_need(service: ServiceNode) -> Upper | None:
    """Return what took a need away, the earliest of several; None = of each something is left."""
    return min(_lost(service), key=_since, default=None)


def _lost(service: ServiceNode) -> Iterator[Upper]:
    for group in service.needs:
        if all(need.state in _LOST for need in group):
            yield max(group, key=_since)


def _every(need: Upper) -> int:
    """Return within how many milliseconds a loss of `need` is dated."""
    if isinstance(need, Node):
        return need.every
    if isinstance(need, SiteNode):
        return max((leg.every for leg in need.uplinks or need.devices), default=0)
    own = max((check.every for check in need.checks if check.vital), default=0)
    return own or max((_every(one) for group in need.needs for one in group), default=0)


def _bad_first(check: Check) -> int:
    return check.bad_first


def _since(need: Upper) -> int:
    return need.since
