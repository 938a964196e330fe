"""Our names, values and credentials as pysnmp has them, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pyasn1.type import univ
from pysnmp.hlapi.v3arch import asyncio as hlapi
from pysnmp.proto import rfc1902, rfc1905

from collectors._contract import Heard
from collectors.wires._snmp_engine import Part, Rows
from inventory.model import Credential

_AUTH: Final = {
    "SHA1": hlapi.USM_AUTH_HMAC96_SHA,
    "SHA224": hlapi.USM_AUTH_HMAC128_SHA224,
    "SHA256": hlapi.USM_AUTH_HMAC192_SHA256,
    "SHA384": hlapi.USM_AUTH_HMAC256_SHA384,
    "SHA512": hlapi.USM_AUTH_HMAC384_SHA512,
}
_PRIV: Final = {
    "AES128": hlapi.USM_PRIV_CFB128_AES,
    "AES192": hlapi.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES256": hlapi.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "AES192C": hlapi.USM_PRIV_CFB192_AES,
    "AES256C": hlapi.USM_PRIV_CFB256_AES,
}
MISSING: Final = (rfc1905.NoSuchObject, rfc1905.NoSuchInstance, rfc1905.EndOfMibView,
                   rfc1902.Null)  # fmt: skip


def part(column: str, bindings: Sequence[Any]) -> Part:
    """Tell what bindings of one column, in order, say of it."""
    rows: Rows = []
    for name, value in bindings:
        oid = ".".join(map(str, name))
        inside = oid == column or oid.startswith(column + ".")
        if isinstance(value, MISSING) or not inside:
            return Part(rows, ended=True)
        rows.append((oid, plain(value)))
    return Part(rows, ended=False)


def named(oids: tuple[str, ...]) -> list[tuple[Any, Any]]:
    """Make the variables of a question."""
    return [(rfc1902.ObjectName(oid), rfc1902.Null("")) for oid in oids]


def plain(value: Any) -> Heard:
    """Make a Python value of a pyasn1 one; types as the other engine has them."""
    if isinstance(value, univ.Integer):
        return int(value)
    if isinstance(value, rfc1902.IpAddress):
        return str(value.prettyPrint())
    if isinstance(value, rfc1902.OctetString):
        return bytes(value)
    return str(value)


def login(credential: Credential) -> Any:
    """Make a credential as pysnmp has them."""
    if credential.version != "3":
        # S508, S509: v1, v2c and v3 without privacy are what devices have; the inventory decides.
        model = 0 if credential.version == "1" else 1
        return hlapi.CommunityData(credential.community.reveal(), mpModel=model)
    keys: dict[str, Any] = {}
    if credential.auth is not None:
        keys["authKey"] = credential.auth_key.reveal()
        keys["authProtocol"] = _AUTH[credential.auth]
    if credential.priv is not None:
        keys["privKey"] = credential.priv_key.reveal()
        keys["privProtocol"] = _PRIV[credential.priv]
    return hlapi.UsmUserData(credential.user, **keys)  # noqa: S509 - above
