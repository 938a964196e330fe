"""Requests as a monitor would send them, and their answers taken apart, without a socket."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simulator import ber
from simulator.director import Director
from simulator.province import Plan, Settings, build
from simulator.server import Server
from simulator.truth import TruthLog
from simulator.world import World

COMMUNITY = b"not-public"
UPTIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)
IF_NAME = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1)
IF_INDEX = (1, 3, 6, 1, 2, 1, 2, 2, 1, 1)

Binding = tuple[ber.Oid, int, bytes]


def request(
    oids: Sequence[ber.Oid], tag: int = ber.GET, first: int = 0, second: int = 0, version: int = 1
) -> bytes:
    """Encode a request; `first` and `second` are GETBULK's non-repeaters and repetitions."""
    names = b"".join(ber.binding(ber.encode_oid(oid), ber.NULL, b"") for oid in oids)
    pdu = b"".join(ber.element(ber.INTEGER, ber.integer(n)) for n in (4711, first, second))
    pdu += ber.element(ber.SEQUENCE, names)
    head = ber.element(ber.INTEGER, ber.integer(version))
    head += ber.element(ber.OCTET_STRING, COMMUNITY)
    return ber.element(ber.SEQUENCE, head + ber.element(tag, pdu))


def taken_apart(response: bytes) -> tuple[int, int, list[Binding]]:
    """Return error-status, error-index and bindings of a response."""
    first, _ = ber.expect(response, 0, ber.SEQUENCE)
    _, end = ber.expect(response, first, ber.INTEGER)
    _, end = ber.expect(response, end, ber.OCTET_STRING)
    begin, _ = ber.expect(response, end, ber.RESPONSE)
    begin, end = ber.expect(response, begin, ber.INTEGER)
    assert int.from_bytes(response[begin:end], "big") == 4711
    begin, end = ber.expect(response, end, ber.INTEGER)
    status = response[end - 1]
    begin, end = ber.expect(response, end, ber.INTEGER)
    index = response[end - 1]
    at, stop = ber.expect(response, end, ber.SEQUENCE)
    bindings: list[Binding] = []
    while at < stop:
        begin, at = ber.expect(response, at, ber.SEQUENCE)
        name, name_end = ber.expect(response, begin, ber.OBJECT_ID)
        tag, value, value_end = ber.read(response, name_end)
        assert value_end == at
        bindings.append((ber.decode_oid(response[name:name_end]), tag, response[value:value_end]))
    return status, index, bindings


class Bench:
    """A world with a clock that a test sets, and a server that is called without sockets."""

    def __init__(self, tmp_path: Path, sites: int = 60, seed: int = 1) -> None:
        self.now = 1_000_000.0
        six = tuple(range(20_001, 20_011))
        settings = Settings(
            sites, seed, start=1_000_000, snmp6=six, echo6=tuple(port + 100 for port in six)
        )
        self.plan: Plan = build(settings)
        self.seen: list[tuple[str, str, str]] = []
        self.world = World(self.plan, lambda *change: self.seen.append(change))
        log = TruthLog(tmp_path / "truth.jsonl", lambda: self.now)
        self.director = Director(self.world, log, lambda: self.now)
        self.server = Server(self.director, COMMUNITY)

    def ask(self, device: str, data: bytes) -> bytes | None:
        """Ask an agent at the time of the clock."""
        self.server.tick()
        return self.server.snmp(self.world.agents[device].key, data)

    def get(self, device: str, *oids: ber.Oid) -> dict[ber.Oid, bytes]:
        """Return what a GET hears: contents by OID."""
        response = self.ask(device, request(list(oids)))
        assert response is not None
        status, _, bindings = taken_apart(response)
        assert status == 0
        return {oid: contents for oid, _, contents in bindings}

    def number(self, device: str, oid: ber.Oid) -> int:
        """Return one number."""
        return int.from_bytes(self.get(device, oid)[oid], "big")

    def walk(self, device: str, base: ber.Oid) -> dict[ber.Oid, bytes]:
        """Walk by GETNEXT."""
        found: dict[ber.Oid, bytes] = {}
        at = base
        while True:
            response = self.ask(device, request([at], ber.GETNEXT))
            assert response is not None
            _, _, [(oid, tag, contents)] = taken_apart(response)
            if tag == ber.END_OF_MIB_VIEW or oid[: len(base)] != base:
                return found
            assert oid > at
            found[oid], at = contents, oid

    def columns(self, device: str) -> dict[str, int]:
        """Return ifIndex by ifName, as a monitor learns it."""
        return {name.decode(): oid[-1] for oid, name in self.walk(device, IF_NAME).items()}
