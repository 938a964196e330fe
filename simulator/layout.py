"""Which OIDs an agent has, and the answer to a request.

Agents of one platform with as many ports in the same numbering share a `Layout`. It resolves the
OIDs of a request once and remembers the result by the request's own bytes: the next agent that is
asked the same only computes values.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

from simulator import ber
from simulator.mib import IF_INDEX, Number, Object, Text, constant, objects
from simulator.platforms import Platform
from simulator.world import Agent

_MOST_BINDINGS: Final = 2048
_MOST_REMEMBERED: Final = 1024
_WRAPPING: Final = 24
"""Octets that an answer has around its bindings, at most, beside its head and request-id."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One variable binding of an answer, prepared as far as time does not matter.

    With a `value` it is `heads[size]` and the number; with a `text` it is encoded whole; with
    neither `fixed` is the binding.
    """

    row: int
    heads: tuple[bytes, ...] = ()
    value: Number | None = None
    text: Text | None = None
    oid: bytes = b""
    tag: int = ber.NULL
    fixed: bytes = b""

    def encode(self, agent: Agent, ticks: int) -> bytes:
        """Return the whole binding."""
        if self.value is not None:
            contents = ber.integer(self.value(agent, self.row, ticks))
            return self.heads[len(contents)] + contents
        if self.text is not None:
            return ber.binding(self.oid, self.tag, self.text(agent, self.row, ticks))
        return self.fixed


@dataclass(frozen=True, slots=True)
class Query:
    """A resolved request. `missing`: position (from 1) of the first OID that v1 must refuse."""

    slots: tuple[Slot, ...]
    missing: int


class Layout:
    """The objects and row numbers that some agents have in common."""

    def __init__(self, platform: Platform, ports: int, turn: int) -> None:
        """`turn`: by how many places the numbering has moved."""
        rows = ports + platform.spare_ports
        numbered = sorted(
            (platform.first_index + platform.stride * ((row + turn) % rows), row)
            for row in range(rows)
        )
        self._indexes = [index for index, _ in numbered]
        self._rows = [row for _, row in numbered]
        self._objects = objects(platform)
        self._oids = [known.oid for known in self._objects]
        self._slots: dict[tuple[int, int], Slot] = {}
        self._queries: dict[bytes, Query] = {}

    def query(self, request: ber.Request) -> Query:
        """Resolve a request, or remember what came out last time."""
        key = bytes((request.version, request.tag)) + request.rest
        known = self._queries.get(key)
        if known is None:
            if len(self._queries) >= _MOST_REMEMBERED:
                self._queries.clear()
            known = self._queries[key] = self._resolve(request)
        return known

    def _resolve(self, request: ber.Request) -> Query:
        first, second, names = ber.parse_rest(request.rest)
        v1 = request.version == ber.V1
        if len(names) > _MOST_BINDINGS:
            raise ber.GarbageError("too many variable bindings")
        if request.tag == ber.GETBULK:
            if v1:
                raise ber.GarbageError("GETBULK in SNMPv1")
            return Query(tuple(self._bulk(names, max(first, 0), max(second, 0))), 0)
        if request.tag == ber.GET:
            slots = [self._get(name) for name in names]
        else:
            slots = [self._next(ber.decode_oid(name), name, v1=v1)[0] for name in names]
        refused = (
            position
            for position, slot in enumerate(slots, 1)
            if slot.fixed or slot.tag == ber.COUNTER64
        )
        return Query(tuple(slots), next(refused, 0) if v1 else 0)

    def _bulk(self, names: list[bytes], singles: int, repetitions: int) -> list[Slot]:
        """RFC 3416, 4.2.3: one successor for the first few, `repetitions` for the others."""
        slots = [self._next(ber.decode_oid(name), name)[0] for name in names[:singles]]
        at = [(ber.decode_oid(name), name) for name in names[singles:]]
        for _ in range(repetitions):
            if not at or len(slots) + len(at) > _MOST_BINDINGS:
                break
            row = [self._next(oid, name) for oid, name in at]
            slots += [slot for slot, _ in row]
            at = [(oid, slot.oid or name) for (slot, oid), (_, name) in zip(row, at, strict=True)]
            if all(slot.fixed for slot, _ in row):
                break
        return slots

    def _get(self, name: bytes) -> Slot:
        oid = ber.decode_oid(name)
        position = bisect_right(self._oids, oid) - 1
        known = self._objects[position] if position >= 0 else None
        if known is None or oid[: len(known.oid)] != known.oid:
            return _exception(name, ber.NO_SUCH_OBJECT)
        instance = oid[len(known.oid) :]
        if not known.column and instance == (() if known.leaf else (0,)):
            return self._slot(position, 0)
        if known.column and len(instance) == 1:
            place = bisect_left(self._indexes, instance[0])
            if place < len(self._indexes) and self._indexes[place] == instance[0]:
                return self._slot(position, place)
        return _exception(name, ber.NO_SUCH_INSTANCE)

    def _next(self, oid: ber.Oid, name: bytes, *, v1: bool = False) -> tuple[Slot, ber.Oid]:
        """Find the first instance behind `oid`; SNMPv1 has no Counter64 and passes over it."""
        position = max(bisect_right(self._oids, oid) - 1, 0)
        for here in range(position, len(self._objects)):
            known = self._objects[here]
            if v1 and known.tag == ber.COUNTER64:
                continue
            # What stands behind the object in `oid`, if `oid` lies within it.
            inside = oid[: len(known.oid)] == known.oid
            instance = oid[len(known.oid) :] if inside else ()
            if not inside and oid > known.oid:
                continue
            if known.leaf:
                if not inside:
                    return self._slot(here, 0), known.oid
                continue
            if not known.column:
                if not instance:
                    return self._slot(here, 0), (*known.oid, 0)
                continue
            place = bisect_right(self._indexes, instance[0]) if instance else 0
            if place < len(self._indexes):
                return self._slot(here, place), (*known.oid, self._indexes[place])
        return _exception(name, ber.END_OF_MIB_VIEW), oid

    def _slot(self, position: int, place: int) -> Slot:
        slot = self._slots.get((position, place))
        if slot is None:
            slot = self._slots[position, place] = self._prepare(self._objects[position], place)
        return slot

    def _prepare(self, known: Object, place: int) -> Slot:
        instance = self._indexes[place] if known.column else 0
        name = ber.encode_oid(known.oid if known.leaf else (*known.oid, instance))
        row = self._rows[place] if known.column else 0
        value = known.value
        if known.oid == IF_INDEX:
            value = constant(instance)
        return Slot(row, ber.heads(name, known.tag), value, known.text, name, known.tag)


def _exception(name: bytes, tag: int) -> Slot:
    return Slot(0, fixed=ber.binding(name, tag, b""))


def answer(layout: Layout, agent: Agent, request: ber.Request, ticks: int) -> bytes:
    """Return the response of `agent` at `ticks`; raise `GarbageError` where none could."""
    query = layout.query(request)
    if query.missing:
        asked = bindings_asked(request)
        return ber.response(request, asked, ber.NO_SUCH_NAME, query.missing)
    parts: list[bytes] = []
    add = parts.append
    for slot in query.slots:
        value = slot.value
        if value is None:
            add(slot.encode(agent, ticks))
        else:
            number = value(agent, slot.row, ticks)
            if number < 0:
                add(slot.encode(agent, ticks))
                continue
            size = (number.bit_length() >> 3) + 1
            add(slot.heads[size])
            add(number.to_bytes(size, "big"))
    bindings = b"".join(parts)
    room = agent.max_size - len(request.head) - len(request.request_id) - _WRAPPING
    if len(bindings) <= room:
        return ber.response(request, bindings)
    if request.tag == ber.GETBULK:
        return ber.response(request, _as_many_as_fit(query, agent, ticks, room))
    asked = bindings_asked(request) if request.version == ber.V1 else b""
    return ber.response(request, asked, ber.TOO_BIG)


def _as_many_as_fit(query: Query, agent: Agent, ticks: int, room: int) -> bytes:
    bindings = bytearray()
    for slot in query.slots:
        binding = slot.encode(agent, ticks)
        if len(bindings) + len(binding) > room:
            break
        bindings += binding
    return bytes(bindings)


def bindings_asked(request: ber.Request) -> bytes:
    """Return the contents of the request's own list of bindings."""
    _, end = ber.expect(request.rest, 0, ber.INTEGER)
    _, end = ber.expect(request.rest, end, ber.INTEGER)
    begin, end = ber.expect(request.rest, end, ber.SEQUENCE)
    return request.rest[begin:end]
