"""Notification PDUs as pysnmp decodes them, made into a `Notification`.

A v1 trap becomes what v2 would say (RFC 3584 3.1): generic 0-5 -> snmpTraps.(n+1), and an
enterprise's own -> enterprise.0.specific.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from pyasn1.type import univ
from pysnmp.proto import rfc1902
from pysnmp.proto.api import v1, v2c

from collectors._text import decode
from collectors.traps.form import MOST_BINDINGS

_UPTIME: Final = "1.3.6.1.2.1.1.3.0"
_TRAP_OID: Final = "1.3.6.1.6.3.1.1.4.1.0"
_SNMP_TRAPS: Final = "1.3.6.1.6.3.1.1.5"
_TRAP_ADDRESS: Final = "1.3.6.1.6.3.18.1.3.0"
_TRAP_COMMUNITY: Final = "1.3.6.1.6.3.18.1.4.0"
"""RFC 3584: a relay may put the community there. It is a secret, and left out."""
_ENTERPRISE_SPECIFIC: Final = 6
_LEAST, _MOST = -(2**63), 2**64 - 1
"""What a number may be to be written as one; nine octets hold more than Counter64 (RFC 2578)."""
_LONGEST_NAME: Final = 512
"""Characters of a name that are kept; the longest of SNMP has 1,408, and none that is used half."""
_MOST_TICKS: Final = 2**32 - 1


class Said(msgspec.Struct, frozen=True):
    """What a PDU says. `agent`: for whom a relay speaks, "" = for itself."""

    oid: str
    uptime: int | None
    values: tuple[tuple[str, int | str], ...]
    cut: int
    informed: bool
    request: int
    agent: str


def read_v1(pdu: Any) -> Said | None:
    """Read an SNMPv1 PDU; None where it is no trap."""
    if pdu.tagSet != v1.TrapPDU.tagSet:
        return None
    of = v1.apiTrapPDU
    generic, enterprise = int(of.get_generic_trap(pdu)), _dotted(of.get_enterprise(pdu))
    if generic == _ENTERPRISE_SPECIFIC:
        oid = f"{enterprise}.0.{int(of.get_specific_trap(pdu))}"
    else:
        oid = f"{_SNMP_TRAPS}.{generic + 1}"
    values, cut = _values(of.get_varbinds(pdu))
    agent = str(of.get_agent_address(pdu).prettyPrint())
    return Said(oid, _ticks(of.get_timestamp(pdu)), values, cut, informed=False, request=0,
                agent="" if agent == "0.0.0.0" else agent)  # fmt: skip  # noqa: S104 - not bound


def read_v2(pdu: Any) -> Said | None:
    """Read an SNMPv2 PDU; None where it is neither trap nor inform, or does not name itself."""
    informed = pdu.tagSet == v2c.InformRequestPDU.tagSet
    if not informed and pdu.tagSet != v2c.SNMPv2TrapPDU.tagSet:
        return None
    bindings = v2c.apiPDU.get_varbinds(pdu)
    uptime: int | None = None
    oid = agent = ""
    rest = []
    for place, (name, value) in enumerate(bindings):
        dotted = _dotted(name)
        if place == 0 and dotted == _UPTIME and isinstance(value, univ.Integer):
            uptime = _ticks(value)
        elif place <= 1 and dotted == _TRAP_OID and isinstance(value, univ.ObjectIdentifier):
            oid = _dotted(value)
        else:
            if dotted == _TRAP_ADDRESS:
                agent = str(_plain(value))
            rest.append((name, value))
    if not oid:
        return None
    values, cut = _values(rest)
    return Said(oid, uptime, values, cut, informed, int(v2c.apiPDU.get_request_id(pdu)), agent)


def response(pdu: Any) -> Any:
    """Return the Response to an inform: its own bindings (RFC 3416 4.2.7)."""
    answer = v2c.apiPDU.get_response(pdu)
    v2c.apiPDU.set_varbinds(answer, v2c.apiPDU.get_varbinds(pdu))
    return answer


def _values(bindings: Iterable[tuple[Any, Any]]) -> tuple[tuple[tuple[str, int | str], ...], int]:
    every = [
        (dotted, value) for name, value in bindings if (dotted := _dotted(name)) != _TRAP_COMMUNITY
    ]
    kept = tuple((dotted, _plain(value)) for dotted, value in every[:MOST_BINDINGS])
    return kept, len(every) - len(kept)


def _ticks(value: Any) -> int | None:
    """Return TimeTicks (RFC 2578 7.1.8); None where it is no such number."""
    number = int(value)
    return number if 0 <= number <= _MOST_TICKS else None


def _dotted(name: Any) -> str:
    return ".".join(map(str, tuple(name)))[:_LONGEST_NAME]


def _plain(value: Any) -> int | str:
    if isinstance(value, univ.Integer):
        number = int(value)
        return number if _LEAST <= number <= _MOST else str(number)
    if isinstance(value, univ.ObjectIdentifier):
        return _dotted(value)
    if isinstance(value, rfc1902.IpAddress) or value.tagSet == rfc1902.IpAddress.tagSet:
        return ".".join(map(str, bytes(value)))
    if isinstance(value, univ.OctetString):
        return decode(bytes(value))
    return ""
