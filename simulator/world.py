"""The truth: what is cut, what has power, and therefore what answers.

A site is reached when it has power and an uncut circuit leads to it from a site that is reached.
A circuit's far end answers when its near site is reached, the circuit is uncut and the far site
has power. Causes are counted by name, so that two incidents on one circuit do not heal each other.
Each change is told to a `Witness` as it happens.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterable
from typing import Final, Literal

from simulator.load import Load
from simulator.platforms import PLATFORMS, Platform
from simulator.province import CANARY, DevicePlan, EndPlan, LinkPlan, Plan

Key = bytes
"""What a datagram was sent to: four octets of an IPv4 address, two of a port of `::1`."""
State = Literal["up", "down", "shadow"]
Witness = Callable[[str, str, str], None]
"""Called with kind, target (`link:x`, `site:x`) and state at each change of the truth."""

_NOTHING: Final[frozenset[str]] = frozenset()
_LONG_AGO: Final = -(2**62)


def key_of(host: str, port: int) -> Key:
    """Return what datagrams to this address are known by."""
    return port.to_bytes(2, "big") if ":" in host else socket.inet_aton(host)


class Place:
    """A site: why it has no power, whether it is reached, what hangs on it."""

    __slots__ = ("agents", "dark", "downlinks", "id", "reached", "uplinks")

    def __init__(self, ident: str) -> None:
        self.id = ident
        self.dark = _NOTHING
        self.reached = True
        self.uplinks: list[Circuit] = []
        self.downlinks: list[Circuit] = []
        self.agents: list[Agent] = []


class Circuit:
    """A leased circuit: why it is cut, its state, its traffic, when its ports last changed.

    `mutes`: why its far end does not answer echoes although all else works. `unseen`: those of its
    cuts that no port notices: they are inside the carrier's network.
    """

    __slots__ = (
        "changed",
        "cuts",
        "far",
        "lit",
        "load",
        "mutes",
        "near",
        "overload",
        "plan",
        "state",
        "unseen",
    )

    def __init__(self, plan: LinkPlan, near: Place, far: Place, load: Load) -> None:
        self.plan = plan
        self.near = near
        self.far = far
        self.load = load
        self.cuts = _NOTHING
        self.mutes = _NOTHING
        self.unseen = _NOTHING
        self.state: State = "up"
        self.lit = True
        self.overload: float | None = None
        self.changed = _LONG_AGO

    def port_up(self, *, far: bool) -> bool:
        """Whether the port at that end has light: the circuit and the other side's power."""
        other = self.near if far else self.far
        return self.plan.holds_port or not (self.cuts - self.unseen or other.dark)


class Port:
    """An interface of an agent. `circuit` None: it leads to users."""

    __slots__ = (
        "circuit",
        "discontinuity",
        "error_every",
        "far",
        "load",
        "zero_drops",
        "zero_in",
        "zero_out",
    )

    def __init__(self, load: Load, circuit: Circuit | None, *, far: bool, error_every: int) -> None:
        self.load = load
        self.circuit = circuit
        self.far = far
        self.error_every = error_every
        self.zero_in = self.zero_out = self.zero_drops = 0
        self.discontinuity = _LONG_AGO

    def octets_in(self, ticks: int) -> int:
        """Octets received since the counters were last cleared."""
        load = self.load
        return (load.down(ticks) if self.far else load.up(ticks)) - self.zero_in

    def octets_out(self, ticks: int) -> int:
        """Octets sent since the counters were last cleared."""
        load = self.load
        return (load.up(ticks) if self.far else load.down(ticks)) - self.zero_out

    def errors_in(self, ticks: int) -> int:
        """Packets received with errors: on a bad circuit one in so many octets."""
        return self.octets_in(ticks) // self.error_every if self.error_every else 0

    def discards_out(self, ticks: int) -> int:
        """Packets that found no room on the circuit; only the near end has to drop."""
        return 0 if self.far else self.load.drops(ticks) - self.zero_drops

    def up(self) -> bool:
        """Whether ifOperStatus says up."""
        return self.circuit is None or self.circuit.port_up(far=self.far)

    def clear(self, ticks: int) -> None:
        """Begin to count at zero."""
        self.zero_drops = self.load.drops(ticks)
        self.zero_in += self.octets_in(ticks)
        self.zero_out += self.octets_out(ticks)


class Agent:
    """The SNMP agent of a device. `boot`: ticks, negative when it ran before the province did.

    `configured`: ticks at which its configuration was changed last.
    """

    __slots__ = (
        "boot", "boots", "configured", "key", "max_size", "place", "plan", "platform", "ports",
    )  # fmt: skip

    def __init__(
        self,
        plan: DevicePlan,
        place: Place,
        platform: Platform,
        ports: tuple[Port, ...],
        boot: int,
        boots: int,
    ) -> None:
        self.plan = plan
        self.place = place
        self.platform = platform
        self.ports = ports
        self.boot = boot
        self.boots = boots
        self.max_size = platform.max_size
        self.configured = boot
        self.key = key_of(plan.host, plan.port)

    def reboot(self, ticks: int) -> None:
        """Start again: uptime and counters from zero; some platforms number their ports anew."""
        self.boot = ticks
        self.boots += 1
        for port in self.ports:
            port.clear(ticks)
            port.discontinuity = _LONG_AGO


class World:
    """All places, circuits and agents, and who answers now."""

    def __init__(self, plan: Plan, witness: Witness) -> None:
        self.plan = plan
        self.witness = witness
        self.places = {site.id: Place(site.id) for site in plan.sites}
        self.circuits: dict[str, Circuit] = {}
        self.agents: dict[str, Agent] = {}
        self.answering: set[Key] = {key_of(CANARY, 0)}
        """Addresses that answer echoes."""
        self.speaking: dict[Key, Agent] = {}
        """Agents that are reached, by address."""
        _populate(self)
        self.root = self.places[plan.root]

    # What befalls the province. `cause` names the incident.

    def cut(self, link: str, cause: str, ticks: int) -> None:
        """Cut a circuit."""
        circuit = self.circuits[link]
        circuit.cuts |= {cause}
        self._settle((circuit.far,), ticks)

    def mend(self, link: str, cause: str, ticks: int) -> None:
        """Take a cause away; the circuit works again when none is left."""
        circuit = self.circuits[link]
        circuit.cuts -= {cause}
        self._settle((circuit.far,), ticks)

    def lose(self, site: str, cause: str, ticks: int) -> None:
        """Let the network of the carrier with most circuits below a site fail; ports stay up."""
        for circuit in self._of_one_carrier(site):
            circuit.unseen |= {cause}
            self.cut(circuit.plan.id, cause, ticks)

    def find(self, site: str, cause: str, ticks: int) -> None:
        """Let that network work again."""
        for circuit in self._of_one_carrier(site):
            self.mend(circuit.plan.id, cause, ticks)
            circuit.unseen -= {cause}

    def _of_one_carrier(self, site: str) -> list[Circuit]:
        downlinks = self.places[site].downlinks
        carriers = [circuit.plan.carrier for circuit in downlinks]
        most = max(sorted(set(carriers)), key=carriers.count, default="")
        return [circuit for circuit in downlinks if circuit.plan.carrier == most]

    def mute(self, link: str, cause: str, ticks: int) -> None:
        """Let the far end's address answer no echo, and nothing else change."""
        circuit = self.circuits[link]
        circuit.mutes |= {cause}
        self._refresh(circuit, ticks)

    def unmute(self, link: str, cause: str, ticks: int) -> None:
        """Take a cause of silence away."""
        circuit = self.circuits[link]
        circuit.mutes -= {cause}
        self._refresh(circuit, ticks)

    def darken(self, site: str, cause: str, ticks: int) -> None:
        """Take the power away from a site."""
        place = self.places[site]
        place.dark |= {cause}
        self._settle((place,), ticks)

    def light(self, site: str, cause: str, ticks: int) -> None:
        """Give the power back; every device at the site starts anew."""
        place = self.places[site]
        if not place.dark:
            return
        place.dark -= {cause}
        if not place.dark:
            for agent in place.agents:
                agent.reboot(ticks)
        self._settle((place,), ticks)

    def overload(self, link: str, ratio: float | None, ticks: int) -> None:
        """Let `ratio` of the contract's bandwidth flow down the circuit; None: as usual."""
        circuit = self.circuits[link]
        circuit.overload = ratio
        self._let_flow(circuit, ticks)

    def canary(self, *, answers: bool) -> None:
        """Stop or start the canary's echo."""
        key = key_of(CANARY, 0)
        (self.answering.add if answers else self.answering.discard)(key)
        self.witness("canary", f"canary:{CANARY}", "up" if answers else "down")

    def state(self, target: str) -> State:
        """Return the truth about `link:x` or `site:x`; raise KeyError for anything else."""
        kind, _, name = target.partition(":")
        if kind == "link":
            return self.circuits[name].state
        return "up" if self.places[name].reached else "down"

    # What follows from it.

    def _settle(self, places: Iterable[Place], ticks: int) -> None:
        """Work out who is reached, from `places` downwards as far as anything changes."""
        waiting = list(places)
        while waiting:
            place = waiting.pop()
            reached = not place.dark and (
                place is self.root or any(c.near.reached and not c.cuts for c in place.uplinks)
            )
            changed = reached != place.reached
            if changed:
                place.reached = reached
                self.witness("site", f"site:{place.id}", "up" if reached else "down")
                for agent in place.agents:
                    self._tell_agent(agent)
                waiting += [circuit.far for circuit in place.downlinks]
            for circuit in (*place.uplinks, *place.downlinks):
                self._refresh(circuit, ticks)

    def _refresh(self, circuit: Circuit, ticks: int) -> None:
        """Bring the state of a circuit, its echoes, ports and traffic up to date."""
        lit = not (circuit.cuts - circuit.unseen or circuit.near.dark or circuit.far.dark)
        if lit != circuit.lit:
            circuit.lit = lit
            if not circuit.plan.holds_port:
                circuit.changed = ticks
        state: State = "up"
        if not circuit.near.reached:
            state = "shadow"
        elif circuit.cuts or circuit.far.dark or circuit.mutes:
            state = "down"
        if state == circuit.state:
            return
        circuit.state = state
        self.witness("link", f"link:{circuit.plan.id}", state)
        self._tell_end(circuit.plan.b, answers=state == "up")
        self._tell_end(circuit.plan.a, answers=circuit.near.reached)
        self._let_flow(circuit, ticks)

    def _let_flow(self, circuit: Circuit, ticks: int) -> None:
        load = circuit.load
        if circuit.state != "up":
            load.change(ticks, flow=0.0)
        elif circuit.overload is None:
            load.change(ticks, flow=1.0)
        else:
            flow = circuit.overload * circuit.plan.bandwidth / 8 / load.mean_down
            load.change(ticks, flow=flow, drop_rate=20.0, steady=True)

    def _tell_agent(self, agent: Agent) -> None:
        if agent.place.reached:
            self.answering.add(agent.key)
            self.speaking[agent.key] = agent
        else:
            self.answering.discard(agent.key)
            self.speaking.pop(agent.key, None)

    def _tell_end(self, end: EndPlan, *, answers: bool) -> None:
        if end.host is not None:
            key = key_of(end.host, end.port)
            (self.answering.add if answers else self.answering.discard)(key)


def _populate(world: World) -> None:
    """Fill the world; loads and ages come from the seed, so that each start is the same."""
    draw = random.Random(f"world {world.plan.settings.seed}")
    ends: dict[str, dict[int, tuple[Circuit, bool]]] = {}
    for link in world.plan.links:
        near, far = world.places[link.a.site], world.places[link.b.site]
        mean = link.bandwidth / 8 * draw.uniform(0.15, 0.5)
        load = Load(mean, mean * draw.uniform(0.2, 0.6), draw.uniform(0, 6.28))
        circuit = Circuit(link, near, far, load)
        world.circuits[link.id] = circuit
        near.downlinks.append(circuit)
        far.uplinks.append(circuit)
        ends.setdefault(link.a.device, {})[link.a.port_number] = (circuit, False)
        ends.setdefault(link.b.device, {})[link.b.port_number] = (circuit, True)
        for end in (link.a, link.b):
            if end.host is not None:
                world.answering.add(key_of(end.host, end.port))
    for device in world.plan.devices:
        place = world.places[device.site]
        platform = PLATFORMS[device.platform]
        mine = ends.pop(device.id, {})
        ports = tuple(_port(mine.get(number), draw) for number in range(1, device.ports + 1))
        agent = Agent(device, place, platform, ports, _age(draw), draw.randrange(1, 40))
        place.agents.append(agent)
        world.agents[device.id] = agent
        world.answering.add(agent.key)
        world.speaking[agent.key] = agent


def _port(end: tuple[Circuit, bool] | None, draw: random.Random) -> Port:
    error_every = draw.randrange(10**7, 10**9) if draw.random() < 0.02 else 0
    if end is None:
        mean = draw.uniform(20_000, 400_000)
        load = Load(mean, mean * draw.uniform(0.2, 0.6), draw.uniform(0, 6.28))
        port = Port(load, None, far=False, error_every=error_every)
    else:
        port = Port(end[0].load, end[0], far=end[1], error_every=error_every)
    # Old counters are large; a few are beyond 2^53, where a float would lose octets.
    bits = 60 if draw.random() < 0.02 else 44
    port.zero_in, port.zero_out = -draw.getrandbits(bits), -draw.getrandbits(bits)
    return port


def _age(draw: random.Random) -> int:
    """Ticks at which an agent started: up to 400 days ago, a few just before sysUpTime wraps."""
    if draw.random() < 0.002:
        return draw.randrange(1, 60_000) - 2**32
    return -draw.randrange(100 * 3600, 100 * 86_400 * 400)
