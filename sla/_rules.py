"""How a link, a device and a site are judged: the rules, one after the other.

A target changes its state after `confirm` equal runs, back-dated to the first of them. Silence is
blamed on a target only when the place before it was reached at or after the first silent run;
until that is known it waits, and what cannot be known is UNKNOWN, or SHADOW behind an outage.

Reasons: `answered` (first seen), `recovered`, `far_lost`, `port_down`, `silent` (a device),
`near_lost`, `not_asked`, `upstream`, `snmp_silent`, `snmp_refused`, `snmp_garbled`, `loss`,
`rtt`, `no_redundancy`, `removed` (from the inventory); a site has its legs'. Services have rules
and reasons of their own, in `sla._services`.
"""

from __future__ import annotations

from sla import _services as services
from sla._network import Network, Node, SiteNode, Upper, blame, outage_of
from sla.states import PORT_DOWN, PORT_UP, REMOVED, State, Transition

_SEEN = (State.UP, State.DEGRADED)
_LOST = (State.DOWN, State.SHADOW)
_SNMP_QUALITIES = frozenset({"snmp_silent", "snmp_refused", "snmp_garbled"})


class Rules:
    """The rules with what they need to remember between runs: the network and the time seen."""

    def __init__(self, network: Network, confirm: int) -> None:
        self.network = network
        self.confirm = confirm
        self.seen_ms = 0
        """The latest scheduled instant of any run judged so far: when a change is seen."""
        self.suspect = False
        """All canaries' last runs were silent: nobody is called down before they speak again."""
        self.changes: list[Transition] = []
        self.told_until = 0
        """The latest `since` of any change so far, in seconds."""

    # One run of one target.

    def received(self, node: Node, at: int, complaint: str) -> None:
        """Take a run that was answered; `complaint` says what is wrong with it, or ""."""
        confirm = self.confirm
        node.lost_runs = node.port_runs = 0
        node.hidden = False
        if node.ok_runs == 0:
            node.ok_first = at
        node.ok_runs += 1
        if complaint:
            if node.bad_runs == 0:
                node.bad_first = at
            node.bad_runs += 1
            node.good_runs = 0
            if node.bad_runs >= confirm and node.quality in {"", "snmp_silent"}:
                node.quality = complaint
        else:
            if node.good_runs == 0:
                node.good_first = at
            node.good_runs += 1
            node.bad_runs = 0
            if node.good_runs >= confirm:
                node.quality = ""
        if node.state in _SEEN:
            self._requalify(node)
        elif node.ok_runs >= confirm:
            self._come_back(node)
        node.calm = node.state is State.UP and not complaint and not node.quality

    def lost(self, node: Node, at: int, *, lossy: bool = False) -> None:
        """Take a run that stayed silent; `lossy`: that lost too much to count as received."""
        node.calm = False
        node.ok_runs = node.good_runs = node.bad_runs = 0
        seen_again = node.hidden and node.near.ms > node.hidden_mark
        if node.lost_runs == 0 or seen_again:
            # What is silent from here on is silent although the place before it is reached.
            node.lost_first, node.lost_runs, node.hidden = at, 0, False
            node.lossy = False
        elif lossy:
            # Not the first: a cut in the middle of a run lets some of its echoes through.
            node.lossy = True
        node.lost_runs += 1
        if node.lost_runs >= self.confirm and node.state is not State.DOWN:
            self._judge_silence(node, at)

    def port(self, node: Node, at: int, status: object) -> None:
        """Take a reading of the near port's ifOperStatus."""
        if status in PORT_DOWN:
            node.calm = False
            node.ok_runs = node.good_runs = node.bad_runs = 0
            if node.echo and at - node.last > self.confirm * node.every:
                node.lost_runs = 0  # so long ago that nobody knows what was between
            if node.port_runs == 0:
                node.port_first = at
            node.port_runs += 1
            if node.port_runs >= self.confirm and node.state is not State.DOWN:
                # The near device has just spoken, so this is the link's own doing.
                self.settle(node, State.DOWN, _silent_since(node), "port_down")
            return
        if status is None:
            return
        node.port_runs = 0
        if status == PORT_UP and node.port_only:
            self.received(node, at, "")

    def unasked(self, node: Node, since: int) -> None:
        """Take note that a target was not asked for so long that its state is not known."""
        if node.state not in (None, State.UNKNOWN):
            self.settle(node, State.UNKNOWN, since, "not_asked")
        node.forget()
        for link in self.network.starting.get(node.target, ()):
            link.port_runs = 0  # its port was not read either

    def dismiss(self, gone: Upper) -> None:
        """Take note that a target is no longer in the network: nobody knows its state.

        That ends its outage, also one that is hidden or unknown: put back, it begins anew.
        """
        if gone.state not in (None, State.UNKNOWN) or gone.outage is not None:
            since = max(gone.since, self.seen_ms) // 1000
            self.told_until = max(self.told_until, since)
            self.changes.append(
                Transition(gone.target, State.UNKNOWN, since, self.seen_ms // 1000, REMOVED)
            )

    def _judge_silence(self, node: Node, at: int) -> None:
        first, heard = node.lost_first, node.near.ms
        if node.own.ms >= first:
            self._still_lives(node, at)
        elif node.near.root or heard >= max(first, at - node.patience):
            if cause := self._lossy_cover(node):
                self._hide(node, State.SHADOW, first, "upstream", cause)
            elif not self.suspect:
                self.settle(node, State.DOWN, _silent_since(node), _why_down(node))
        elif cause := _cover(node):
            self._hide(node, State.SHADOW, first, "upstream", cause)
        else:
            known = max(first, *(upper.since for upper in node.above))
            if at >= known + (self.confirm - 1) * node.every + node.patience:
                since = known if node.state is State.SHADOW else first
                self._hide(node, State.UNKNOWN, since, "near_lost")

    def _still_lives(self, node: Node, at: int) -> None:
        """SNMP is silent while something else is heard from or through the device."""
        if node.reason != "snmp_silent":
            self.settle(node, State.DEGRADED, node.lost_first, "snmp_silent")
        node.quality = "snmp_silent"
        node.lost_first, node.lost_runs = at, 1

    def _come_back(self, node: Node) -> None:
        hurt = node.outage is not None or node.state is State.SHADOW
        if complaint := _complaint(node):
            self.settle(node, State.DEGRADED, node.ok_first, complaint)
        else:
            self.settle(node, State.UP, node.ok_first, "recovered" if hurt else "answered")

    def _requalify(self, node: Node) -> None:
        """UP or DEGRADED: by its own answers, else by the SNMP of the device at its far end."""
        complaint = _complaint(node)
        if complaint == (node.reason if node.state is State.DEGRADED else ""):
            return
        by_device = "snmp_silent" in {complaint, node.reason} and node.echo
        if by_device and node.far_device is not None:
            since = node.far_device.since
        else:
            since = node.bad_first if complaint else node.good_first
        if complaint:
            self.settle(node, State.DEGRADED, since, complaint)
        else:
            self.settle(node, State.UP, since, "recovered")

    # What a change means for others.

    def _hide(self, node: Node, state: State, since: int, reason: str, cause: str = "") -> None:
        node.hidden, node.hidden_mark, node.port_runs = True, node.near.ms, 0
        if node.state is not state or node.cause != cause:
            self.settle(node, state, since, reason, cause)

    def settle(self, node: Upper, state: State, since: int, reason: str, cause: str = "") -> None:
        """Put a target into a state from `since` on, and whatever hangs on it after it."""
        since = max(since, node.since)
        replaced = node.outage is not None and node.outage // 1000 == since // 1000
        if state in _SEEN or replaced:
            node.outage = None
        if state is State.DOWN and node.outage is None:
            node.outage = since
        node.state, node.since, node.reason, node.cause = state, since, reason, cause
        node.seen_at = self.seen_ms // 1000
        self.changes.append(transition(node, state))
        self.told_until = max(self.told_until, since // 1000)
        if isinstance(node, SiteNode):
            self._site_changed(node)
        elif isinstance(node, Node):
            if state not in _SEEN:
                node.quality = ""
            if _is_link(node):
                self._link_changed(node)
            else:
                self._device_changed(node)
        for service in self.network.needed_by.get(node.target, ()):
            services.reconsider(self, service, node)

    def _link_changed(self, link: Node) -> None:
        if link.site is not None:
            self.judge_site(link.site)

    def _device_changed(self, device: Node) -> None:
        if device.site is not None and not device.site.uplinks:
            self.judge_site(device.site)
        for link in self.network.ending.get(device.target, ()):
            if link.state in _SEEN:
                self._requalify(link)
        if device.state is State.UP:
            return
        for link in self.network.starting.get(device.target, ()):
            if link.port_only:
                self._lose_port(link, device)
            else:
                self._reconsider(link, device)

    def _lose_port(self, link: Node, device: Node) -> None:
        """Judge a link when the only source of what is known of it has gone."""
        cause = _cover(link)
        state, reason = (State.SHADOW, "upstream") if cause else (State.UNKNOWN, "near_lost")
        if link.state is not None:
            self._hide(link, state, device.since, reason, cause)
        link.ok_runs = 0

    def _site_changed(self, site: SiteNode) -> None:
        if site.state in _SEEN:
            return
        for device in site.devices:
            self._reconsider(device, site)
        for link in site.downlinks:
            self._reconsider(link, site)

    def _reconsider(self, node: Node, above: Upper) -> None:
        """Ask again about something silent, now that what is above it is not reached either."""
        if node.lost_runs < self.confirm or node.near.root:
            return
        if node.near.ms >= above.since and not self._lossy_cover(node):
            return
        if cause := _cover(node):
            if node.state in _LOST:
                since = above.since
            else:
                since = node.since if node.hidden else node.lost_first
            self._hide(node, State.SHADOW, since, "upstream", cause)
        elif above.state is State.UNKNOWN and node.state in _LOST:
            self._hide(node, State.UNKNOWN, above.since, "near_lost")

    def _lossy_cover(self, node: Node) -> str:
        """Name the outage above through which a little still comes: that proves nothing."""
        cause = "" if node.port_runs >= self.confirm else _cover(node)
        link = self.network.links.get(cause.rpartition("@")[0].removeprefix("link:"))
        return cause if link is not None and link.lossy else ""

    def judge_site(self, site: SiteNode) -> None:
        """Combine the legs of a site, or its devices where nothing leads to it."""
        legs = site.uplinks or site.devices
        judged = [leg for leg in legs if leg.state is not None]
        if not judged:
            return
        state, reason, cause = _combine(legs, judged, redundant=len(site.uplinks) > 1)
        fallen = [leg for leg in judged if leg.state is State.DOWN]
        site.blame = cause or (outage_of(max(fallen, key=_since)) if fallen else "")
        if (state, reason, cause) != (site.state, site.reason, site.cause):
            since = max(leg.since for leg in judged)
            self.settle(site, state, since, reason, cause)


def _combine(
    legs: tuple[Node, ...], judged: list[Node], *, redundant: bool
) -> tuple[State, str, str]:
    """Return state, reason and cause of the three-valued OR (methodology 1.10)."""
    states = {leg.state for leg in legs}
    if not states.isdisjoint(_SEEN):
        if redundant and not states.isdisjoint(_LOST):
            return State.DEGRADED, "no_redundancy", ""
        complaints = [leg.reason for leg in judged if leg.state is State.DEGRADED]
        if complaints and (redundant or State.UP not in states):
            return State.DEGRADED, complaints[0], ""
        return State.UP, "answered", ""
    latest = max(judged, key=_since)
    if states == {State.SHADOW}:
        return State.SHADOW, "upstream", latest.cause
    if states <= set(_LOST):
        fallen = max((leg for leg in judged if leg.state is State.DOWN), key=_since)
        return State.DOWN, fallen.reason, ""
    unknown = [leg for leg in judged if leg.state is State.UNKNOWN]
    return State.UNKNOWN, unknown[0].reason if unknown else "not_observed", ""


def _complaint(node: Node) -> str:
    """Say why an answering target is not UP; "" when it is."""
    far = node.far_device
    if node.quality or not node.echo or far is None or far.reason not in _SNMP_QUALITIES:
        return node.quality
    return "snmp_silent"


def _cover(node: Node) -> str:
    """Name the outage that `node` lies in the shadow of; "" when nothing above it is down."""
    for upper in node.above:
        if upper.state in _LOST:
            return blame(upper)
    return ""


def _silent_since(node: Node) -> int:
    firsts = [node.lost_first] if node.lost_runs else []
    if node.port_runs:
        firsts.append(node.port_first)
    return min(firsts)


def _why_down(node: Node) -> str:
    if node.port_runs:
        return "port_down"
    if node.lossy:
        return "loss"
    return "far_lost" if _is_link(node) else "silent"


def _is_link(node: Node) -> bool:
    return node.far_device is not None


def _since(node: Node) -> int:
    return node.since


def transition(node: Upper, state: State) -> Transition:
    """Return the transition a node stands in."""
    return Transition(
        node.target, state, max(node.since, 0) // 1000, node.seen_at, node.reason, node.cause
    )
