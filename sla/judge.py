"""The one judge of raw states: live view, alerts and the month all start from what it says.

Called inline for each observation, before the fan-out. Pure but for what it remembers; replaying
the same observations in the same order gives the same transitions.

A canary is a target `canary:<id>` with a probe of kind `echo`. When the last two runs of every
canary were silent or not sent the monitor is blind: everything is UNKNOWN since the first of those
runs, until any canary answers. Without canaries it is never blind by itself. Who else says that it
is (`blind`, for a reason of its own) says when it sees again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Final

from inventory.model import Inventory, TargetId
from metrics.observation import Observation, Outcome, Probe
from sla import _services as services
from sla._drawing import draw
from sla._network import NEVER, Network, Node, Route, ServiceNode, SiteNode, Upper
from sla._rules import Rules, transition
from sla.states import CANARIES_SILENT, CONFIRM, Blind, State, Transition

Change = Transition | Blind
"""A `Blind` with `until` set ends the one with the same `since`."""

_NOTHING: Final[tuple[Change, ...]] = ()
_SNMP_COMPLAINTS: Final = {
    Outcome.REFUSED: "snmp_refused",
    Outcome.GARBLED: "snmp_garbled",
}
_HOST_COMPLAINTS: Final = {
    ("host", Outcome.REFUSED): "ssh_refused",
    ("host", Outcome.GARBLED): "ssh_garbled",
    ("node_exporter", Outcome.REFUSED): "exporter_refused",
    ("node_exporter", Outcome.GARBLED): "exporter_garbled",
}
"""What is wrong with answers of a server that is judged by another question than SNMP."""
_TOLD_AS_IT_IS: Final = frozenset({"host_key_changed", "host_key_unknown"})
"""Refusals that ask for a person's decision: they are their own complaint."""
_KEPT: Final = (
    "last", "lost_runs", "lost_first", "lossy", "ok_runs", "ok_first", "good_runs", "good_first",
    "bad_runs", "bad_first", "quality", "port_runs", "port_first", "hidden", "hidden_mark",
)  # fmt: skip
"""What a link or device remembers of its runs over a reload; its place and limits are new."""
_kept: Final = attrgetter(*_KEPT)


class Judge:
    """Judge targets from runs of their probes.

    `confirm`: equal runs before a state changes. Seconds outside, milliseconds inside.
    """

    def __init__(
        self, inventory: Inventory, probes: Iterable[Probe], confirm: int = CONFIRM
    ) -> None:
        self._network = draw(inventory, probes, confirm)
        self._rules = Rules(self._network, confirm)
        self._blind: Blind | None = None
        self._not_before = NEVER
        """Runs scheduled earlier say nothing: they fell into blindness or an earlier life."""

    @property
    def is_blind(self) -> bool:
        """Whether the monitor cannot see at this moment."""
        return self._blind is not None

    @property
    def blind_reason(self) -> str:
        """Why the monitor cannot see at this moment (a code of `Blind`), "" = it can."""
        return "" if self._blind is None else self._blind.reason

    def observe(self, observation: Observation) -> tuple[State, tuple[Change, ...]]:
        """Return the live state of `observation.probe.target` and what changed because of it.

        Changes are in the order in which they must be recorded: a parent before what is in its
        shadow. What is not in the network has the state UNKNOWN.
        """
        route = self._network.routes.get(observation.probe.id)
        if route is None:
            return State.UNKNOWN, _NOTHING
        node, at = route.node, observation.slot_ms
        if node is None:
            ask = self._ask_canary if route.service is None else self._ask_service
            return ask(route, observation)
        if self._blind is not None or at < self._not_before:
            return State.UNKNOWN if node.state is None else node.state, _NOTHING
        rules, outcome = self._rules, observation.outcome
        if at > rules.seen_ms:  # noqa: PLR1730 - a call costs more on the hot path
            rules.seen_ms = at
        if node.echo and outcome is Outcome.ANSWERED and _too_lossy(route, node, observation):
            self._unanswered(route, node, observation)
        elif outcome is not Outcome.SILENT and outcome is not Outcome.SKIPPED:
            for mark in route.marks:
                if at > mark.ms:  # noqa: PLR1730 - as above
                    mark.ms = at
            self._answered(route, node, observation)
        elif route.primary:
            self._unanswered(route, node, observation)
        changes = self._take() if rules.changes else _NOTHING
        return State.UNKNOWN if node.state is None else node.state, changes

    def _answered(self, route: Route, node: Node, observation: Observation) -> None:
        at, outcome = observation.slot_ms, observation.outcome
        if route.primary and at > node.last:
            if at - node.last > self._rules.confirm * node.every:
                self._was_not_asked(route, node)
            node.last = at
            if node.echo:
                limited = node.loss_limit is not None or node.rtt_limit is not None
                complaint = _complaint(route, node, observation) if limited else ""
            else:
                complaint = "" if outcome is Outcome.ANSWERED else _refused(observation)
            if not node.calm or complaint:
                self._rules.received(node, at, complaint)
            for link in route.far_of:
                if not link.calm:
                    self._rules.received(link, at, "")
        if outcome is Outcome.ANSWERED:
            values = observation.values
            for position, link in route.ports:
                status = values[position]
                if status != 1 or not link.calm:
                    self._rules.port(link, at, status)

    def _unanswered(self, route: Route, node: Node, observation: Observation) -> None:
        at, enough = observation.slot_ms, self._rules.confirm * node.every
        if observation.outcome is Outcome.SKIPPED or _unsent(route, observation):
            if at - node.last >= enough:
                self._was_not_asked(route, node)
        elif at > node.last:
            if at - node.last > enough:
                self._was_not_asked(route, node)
            node.last = at
            self._rules.lost(node, at, lossy=observation.outcome is Outcome.ANSWERED)
            for link in route.far_of:
                self._rules.lost(link, at)

    def _was_not_asked(self, route: Route, node: Node) -> None:
        """Nobody knows what happened while as many runs as it takes to confirm were not sent."""
        if node.last != NEVER:
            since = node.last + node.every
            self._rules.unasked(node, since)
            for link in route.far_of:
                self._rules.unasked(link, since)

    def _ask_service(
        self, route: Route, observation: Observation
    ) -> tuple[State, tuple[Change, ...]]:
        service, check, rules, at = route.service, route.check, self._rules, observation.slot_ms
        assert service is not None
        assert check is not None
        changes = _NOTHING
        if self._blind is None and at >= self._not_before:
            rules.seen_ms = max(rules.seen_ms, at)
            services.run(rules, service, check, observation)
            changes = self._take()
        return State.UNKNOWN if service.state is None else service.state, changes

    def _ask_canary(
        self, route: Route, observation: Observation
    ) -> tuple[State, tuple[Change, ...]]:
        canary, at = route.canary, observation.slot_ms
        if canary is None or at <= canary.last:
            return State.UNKNOWN, _NOTHING
        rules = self._rules
        rules.seen_ms = max(rules.seen_ms, at)
        canary.before_last, canary.last = canary.last, at
        if observation.outcome in (Outcome.SILENT, Outcome.SKIPPED):
            canary.silent += 1
            canaries = self._network.canaries.values()
            rules.suspect = all(other.silent for other in canaries)
            if self._blind is None and all(other.silent >= 2 for other in canaries):
                since = min(other.before_last for other in canaries)
                return State.DOWN, (self.blind(since // 1000, at // 1000, CANARIES_SILENT),)
            return State.DOWN if canary.silent >= 2 else State.UNKNOWN, _NOTHING
        canary.silent = 0
        rules.suspect = False
        ended = self.sighted(at // 1000) if self.blind_reason == CANARIES_SILENT else None
        return State.UP, (ended,) if ended is not None else _NOTHING

    def blind(self, since: int, seen_at: int, reason: str) -> Blind:
        """Take note that nothing heard since `since` counts; confirming runs start anew.

        It never reaches back over a change that was already told.
        """
        rules = self._rules
        rules.seen_ms = max(rules.seen_ms, seen_at * 1000)
        self._blind = Blind(max(since, rules.told_until), rules.seen_ms // 1000, reason)
        self._forget_everything(self._blind)
        return self._blind

    def sighted(self, at: int) -> Blind | None:
        """See again: runs scheduled from `at` on count. Return the blindness that ends."""
        if self._blind is None:
            return None
        ended = Blind(self._blind.since, self._blind.seen_at, self._blind.reason, at)
        self._blind = None
        self._not_before = max(at * 1000, self._rules.seen_ms)
        return ended

    def restore(
        self,
        last: Mapping[TargetId, Transition],
        off_since: int | None,
        now: int,
        outages: Mapping[TargetId, int] | None = None,
    ) -> Blind | None:
        """Continue from the ledger at start.

        `last`: the last transition of each target. `off_since`: the last heartbeat; from then (or
        the last thing told, if later) everything is UNKNOWN until its own next transition. None =
        the monitor has never run. `outages`: start of each outage that is still open, where the
        last transition alone does not say so (DOWN, then UNKNOWN at an earlier restart).
        """
        rules, nodes = self._rules, {node.target: node for node in self._network.upper()}
        for target, past in last.items():
            if node := nodes.get(target):
                node.state, node.since, node.seen_at = past.state, past.since * 1000, past.seen_at
                node.reason, node.cause = past.reason, past.cause
                node.outage = node.since if past.state is State.DOWN else None
        for target, start in (outages or {}).items():
            if node := nodes.get(target):
                node.outage = start * 1000
        rules.seen_ms = self._not_before = now * 1000
        if off_since is None:
            return None
        told = (max(past.since, past.seen_at) for past in last.values())
        since = rules.told_until = max([off_since, *told])
        gap = Blind(since, now, "monitor_off", now)
        self._forget_everything(gap)
        return gap

    def states(self) -> Mapping[TargetId, Transition]:
        """Return what every judged target stands in; a target never judged is absent."""
        return {
            node.target: transition(node, node.state)
            for node in self._network.upper()
            if node.state is not None
        }

    def drawn(self, inventory: Inventory, probes: Iterable[Probe]) -> Network:
        """Draw another network, to be taken; changes nothing, and takes seconds for a province."""
        return draw(inventory, probes, self._rules.confirm)

    def reload(self, inventory: Inventory, probes: Iterable[Probe]) -> tuple[Change, ...]:
        """Take another inventory."""
        return self.take(self.drawn(inventory, probes))

    def take(self, network: Network) -> tuple[Change, ...]:
        """Take another network; targets that remain keep their state and their runs.

        What is gone, or is asked no more, is UNKNOWN from now on; what is gone has no outage.
        """
        before, rules = self._network, self._rules
        self._network = rules.network = network
        known = {node.target: node for node in before.upper()}
        for node in self._network.upper():
            if old := known.pop(node.target, None):
                _carry_over(old, node)
        for gone in known.values():
            rules.dismiss(gone)
        for judged in (*self._network.links.values(), *self._network.devices.values()):
            if not judged.asked:
                rules.unasked(judged, rules.seen_ms)
        for target, canary in before.canaries.items():
            if target in self._network.canaries:
                fresh = self._network.canaries[target]
                fresh.silent, fresh.last = canary.silent, canary.last
                fresh.before_last = canary.before_last
        before.part()
        for site in self._network.sites.values():
            rules.judge_site(site)
        for service in self._network.services.values():
            services.judge(rules, service, rules.seen_ms)
        return self._take()

    def _take(self) -> tuple[Change, ...]:
        changes = tuple(self._rules.changes)
        self._rules.changes.clear()
        return changes

    def _forget_everything(self, blind: Blind) -> None:
        for node in self._network.upper():
            node.state, node.reason, node.cause = State.UNKNOWN, blind.reason, ""
            node.since, node.seen_at = blind.since * 1000, blind.seen_at
            if node.outage is not None and node.outage >= node.since:
                node.outage = None
            if not isinstance(node, SiteNode):
                node.forget()


def _refused(observation: Observation) -> str:
    """Name what is wrong with an answer of a device that was none to the question."""
    outcome, reason = observation.outcome, observation.reason
    if reason in _TOLD_AS_IT_IS:
        return reason
    other = _HOST_COMPLAINTS.get((observation.probe.kind, outcome))
    return other or _SNMP_COMPLAINTS.get(outcome, "")


def _complaint(route: Route, node: Node, observation: Observation) -> str:
    """Say which limit of the contract an answered echo run breaks; "" when none."""
    values = observation.values
    if len(values) <= max(route.sent, route.lost, route.rtt):
        return ""
    sent, lost = values[route.sent], values[route.lost]
    if node.loss_limit is not None and sent and lost and lost > node.loss_limit * sent:
        return "loss"
    rtt = values[route.rtt]
    if node.rtt_limit is not None and rtt is not None and rtt > node.rtt_limit:
        return "rtt"
    return ""


def _too_lossy(route: Route, node: Node, observation: Observation) -> bool:
    """Whether a run lost more than the profile's threshold: BAD, not received (methodology 1.3)."""
    values = observation.values
    if len(values) <= max(route.sent, route.lost):
        return False
    sent, lost = values[route.sent], values[route.lost]
    return sent is not None and lost is not None and lost > node.loss_threshold * sent


def _unsent(route: Route, observation: Observation) -> bool:
    """Whether no echo left at all: then nothing was lost."""
    position = route.sent
    return 0 <= position < len(observation.values) and observation.values[position] == 0


def _carry_over(old: Upper, new: Upper) -> None:
    new.state, new.since, new.seen_at = old.state, old.since, old.seen_at
    new.reason, new.cause, new.outage = old.reason, old.cause, old.outage
    if isinstance(old, SiteNode) and isinstance(new, SiteNode):
        new.blame, new.mark.ms = old.blame, old.mark.ms
    elif isinstance(old, ServiceNode) and isinstance(new, ServiceNode):
        services.carry_over(old, new)
    elif isinstance(old, Node) and isinstance(new, Node):
        new.own.ms = max(new.own.ms, old.own.ms)
        for name, value in zip(_KEPT, _kept(old), strict=True):
            setattr(new, name, value)
