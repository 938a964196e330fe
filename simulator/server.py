"""Answers datagrams: SNMP for the agents that are reached, echoes (RFC 862) for what answers."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from simulator import ber
from simulator.director import Director, Oddity
from simulator.layout import Layout, answer, bindings_asked
from simulator.sockets import Door, Peer
from simulator.world import Agent, Key

_BATCH: Final = 64
"""Datagrams read before the other socket and the clock have their turn."""

Reply = Callable[[Key, bytes], bytes | None]


class Server:
    """Two services over some doors. `counts` tells what was answered and what was not, and why."""

    def __init__(self, director: Director, community: bytes) -> None:
        self.counts: Counter[str] = Counter()
        self._director = director
        self._world = director.world
        self._community = community
        self._layouts: dict[tuple[str, int, int], Layout] = {}
        self._doors: list[Door] = []
        self._numbers = itertools.count()
        self._ticks = director.ticks()

    def open(self, snmp: Iterable[Door], echo: Iterable[Door]) -> None:
        """Begin to answer; the doors belong to the server from now on."""
        loop = asyncio.get_running_loop()
        for door in snmp:
            self._doors.append(door)
            loop.add_reader(door.socket, self._serve, door, self.snmp)
        for door in echo:
            self._doors.append(door)
            loop.add_reader(door.socket, self._serve, door, self.echo)

    def close(self) -> None:
        """Answer no more and close every door."""
        loop = asyncio.get_running_loop()
        for door in self._doors:
            loop.remove_reader(door.socket)
            door.close()
        self._doors.clear()

    def tick(self) -> None:
        """Let it be now; all datagrams of one batch are answered for the same instant."""
        self._ticks = self._director.ticks()

    def _serve(self, door: Door, reply: Reply) -> None:
        self.tick()
        oddities = self._director.oddities
        for _ in range(_BATCH):
            received = door.receive()
            if received is None:
                return
            key, data, peer = received
            if peer[1] == door.port:
                continue  # a forged echo from one echo port to the other would never end
            response = reply(key, data)
            if response is None:
                continue
            if oddities and (oddity := oddities.get(key)) and oddity.kind == "slow":
                asyncio.get_running_loop().call_later(
                    oddity.value, self._send, door, key, response, peer
                )
            else:
                self._send(door, key, response, peer)

    def _send(self, door: Door, key: Key, data: bytes, peer: Peer) -> None:
        if not door.send(key, data, peer):
            self.counts["unsent"] += 1

    def echo(self, key: Key, data: bytes) -> bytes | None:
        """Return the datagram itself when its address answers, and count."""
        if key not in self._world.answering:
            self.counts["echo_silent"] += 1
            return None
        oddity = self._director.oddities.get(key)
        if oddity is not None and (
            oddity.kind == "blackhole" or (oddity.kind == "loss" and oddity.loses())
        ):
            self.counts["echo_lost"] += 1
            return None
        self.counts["echo"] += 1
        return data

    def snmp(self, key: Key, data: bytes) -> bytes | None:
        """Return the agent's response; None when it is not reached, not asked rightly or odd."""
        agent = self._world.speaking.get(key)
        if agent is None:
            self.counts["snmp_silent"] += 1
            return None
        try:
            request = ber.parse_request(data)
            if request.community != self._community:
                self.counts["snmp_denied"] += 1
                return None
            oddity = self._director.oddities.get(key)
            if oddity is not None and oddity.kind != "slow":
                return self._odd_response(oddity, agent, request)
            response = answer(self._layout(agent), agent, request, self._ticks)
        except ber.GarbageError:
            self.counts["snmp_garbage"] += 1
            return None
        self.counts["snmp"] += 1
        return response

    def _layout(self, agent: Agent) -> Layout:
        ports = len(agent.ports)
        platform = agent.platform
        turn = agent.boots % (ports + platform.spare_ports) if platform.renumbers else 0
        which = (platform.name, ports, turn)
        layout = self._layouts.get(which)
        if layout is None:
            layout = self._layouts[which] = Layout(platform, ports, turn)
        return layout

    def _odd_response(self, oddity: Oddity, agent: Agent, request: ber.Request) -> bytes | None:
        self.counts[f"snmp_{oddity.kind}"] += 1
        match oddity.kind:
            case "refuse":
                return ber.response(request, bindings_asked(request), ber.GEN_ERR, 1)
            case "garble":
                whole = answer(self._layout(agent), agent, request, self._ticks)
                return _garbled(whole, request, next(self._numbers))
            case _:
                return None


def _garbled(whole: bytes, request: ber.Request, number: int) -> bytes:
    """Spoil a response, each time in another way."""
    match number % 4:
        case 0:
            return whole[: len(whole) // 2]
        case 1:
            return bytes(octet ^ 0x55 for octet in whole)
        case 2:
            return whole.replace(request.request_id, b"\x02\x01\x00", 1)
        case _:
            return b"\x30\x82\xff\xff" + whole[:8]
