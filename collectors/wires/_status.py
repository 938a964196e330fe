"""The error status of an answer by SNMPv1 or SNMPv2c (RFC 1157 4.1, RFC 3416 3), read in clear."""

from __future__ import annotations

from typing import Final

from collectors.wires._usm import INTEGER, OCTETS, SEQUENCE, item

NO_SUCH_NAME: Final = 2
"""SNMPv1's end of the view; some agents say it by SNMPv2c too."""
_RESPONSE: Final = 0xA2


def read_status(datagram: bytes) -> int:
    """Return the error status; 0 where there is none, or where the message is none of those."""
    try:
        message, _ = item(datagram, SEQUENCE)
        version, rest = item(message, INTEGER)
        if version not in (b"\0", b"\1"):
            return 0
        _, rest = item(rest, OCTETS)
        pdu, _ = item(rest, _RESPONSE)
        _, rest = item(pdu, INTEGER)
        status, _ = item(rest, INTEGER)
    except (IndexError, ValueError):
        return 0
    return int.from_bytes(status, "big")
