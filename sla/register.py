"""The part of the inventory that a carrier's report is about, and its canonical bytes.

A report of last year is read with the circuits, contracts and sites of then: they are written
beside it. No more is in it than the figures need: which probes there are but none of their
options, no login, and nothing of another carrier's. The addresses of a circuit's ends are its
carrier's own.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import msgspec

from inventory.model import Inventory, Link
from sla.inputs import Register


def register_of(inventory: Inventory, carrier: str) -> Register:
    """Return what concerns a carrier. Raises KeyError: there is no such carrier."""
    links = tuple(_bare(link) for link in inventory.links.values() if link.carrier == carrier)
    own = {link.id for link in links}
    ends = dict.fromkeys(end.site for link in links for end in (link.a, link.b))
    return Register(
        carrier=inventory.carriers[carrier],
        links=links,
        contracts={
            name: contract
            for name, contract in inventory.contracts.items()
            if contract.carrier == carrier
        },
        sites={name: inventory.sites[name] for name in ends},
        planned_work=tuple(
            replace(work, links=tuple(name for name in work.links if name in own), services=())
            for work in inventory.planned_work.values()
            if own.intersection(work.links)
        ),
    )


def _bare(link: Link) -> Link:
    """Return a link without the options of its probes, which may name anything."""
    return replace(link, probes=tuple(replace(probe, options={}) for probe in link.probes))


def encode(register: Register) -> bytes:
    """Return the canonical JSON: sorted keys, no white space; a fraction is `"num/den"`."""
    return _encoder.encode(register)


def decode(data: bytes) -> Register:
    """Read what `encode` wrote. Raises msgspec.MsgspecError."""
    return _decoder.decode(data)


def digest(register: Register) -> str:
    """Return the SHA-256 (hex) that a report names."""
    return hashlib.sha256(encode(register)).hexdigest()


def _written(value: object) -> str:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise NotImplementedError(type(value).__name__)


def _read(kind: type[Any], value: object) -> Any:
    """Read a fraction; what is none raises ValueError, which msgspec makes its own."""
    if kind is Fraction and isinstance(value, str):
        above, slash, below = value.partition("/")
        if slash and above.lstrip("-").isdecimal() and below.isdecimal() and int(below):
            return Fraction(int(above), int(below))
    raise ValueError("not a fraction")


_encoder: Final = msgspec.json.Encoder(order="sorted", enc_hook=_written)
_decoder: Final = msgspec.json.Decoder(Register, dec_hook=_read)
