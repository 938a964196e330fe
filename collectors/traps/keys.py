"""Keys of SNMPv3 users, and what is signed with them (RFC 3414 2.6, 6, 7; RFC 7860)."""

from __future__ import annotations

import hmac
from typing import Any, Final

import msgspec
from pysnmp.proto import rfc1902
from pysnmp.proto.secmod.rfc3414 import service
from pysnmp.proto.secmod.rfc3414.service import SnmpUSMSecurityModel

from collectors.traps.form import Login
from collectors.traps.shape import digest

_AUTH: Final = {
    "": service.noauth.NoAuth.SERVICE_ID,
    "SHA1": service.hmacsha.HmacSha.SERVICE_ID,
    "SHA224": service.hmacsha2.HmacSha2.SHA224_SERVICE_ID,
    "SHA256": service.hmacsha2.HmacSha2.SHA256_SERVICE_ID,
    "SHA384": service.hmacsha2.HmacSha2.SAH384_SERVICE_ID,
    "SHA512": service.hmacsha2.HmacSha2.SHA512_SERVICE_ID,
}
_PRIV: Final = {
    "": service.nopriv.NoPriv.SERVICE_ID,
    "AES128": service.aes.Aes.SERVICE_ID,
    "AES192": service.aes192.AesBlumenthal192.SERVICE_ID,
    "AES256": service.aes256.AesBlumenthal256.SERVICE_ID,
    "AES192C": service.aes192.Aes192.SERVICE_ID,
    "AES256C": service.aes256.Aes256.SERVICE_ID,
}
_DIGESTS: Final = {
    "SHA1": ("sha1", 12),
    "SHA224": ("sha224", 16),
    "SHA256": ("sha256", 24),
    "SHA384": ("sha384", 32),
    "SHA512": ("sha512", 48),
}
"""Of each protocol the hash and the octets of it that are sent."""
AUTHENTICATED: Final = 1
ENCRYPTED: Final = 2
_MOST_KEYS: Final = 4_096


class Keys(msgspec.Struct, frozen=True):
    """The services and localised keys of a login at one engine."""

    auth: Any
    auth_key: Any
    priv: Any
    priv_key: Any
    level: int
    kind: str
    """The login's protocol of authentication."""

    def prove(self, message: bytes) -> bool:
        """Tell whether a message is signed with this key (RFC 3414 6.3.2, RFC 7860 4.2.2).

        Compared in constant time, and at the place of the digest: pysnmp's own comparison ends at
        the first octet that differs, and takes the first octets that look like the digest for it.
        """
        place = digest(message)
        name, length = _DIGESTS[self.kind]
        if place is None or place[1] - place[0] != length:
            return False
        start, end = place
        unsigned = message[:start] + bytes(length) + message[end:]
        proof = hmac.new(bytes(self.auth_key), unsigned, name).digest()[:length]
        return hmac.compare_digest(proof, message[start:end])


class Users:
    """Keys of logins at engines. Passphrases are hashed once a login (7 ms), and as it is used."""

    def __init__(self) -> None:
        self._masters: dict[Login, tuple[Any, Any]] = {}
        self._keys: dict[tuple[Login, bytes], Keys] = {}

    def keys(self, login: Login, engine_id: bytes) -> Keys:
        """Return the keys of a login at an engine (RFC 3414 2.6)."""
        key = (login, engine_id)
        if (known := self._keys.get(key)) is not None:
            return known
        protocol = _AUTH[login.auth]
        auth = SnmpUSMSecurityModel.AUTH_SERVICES[protocol]
        priv = SnmpUSMSecurityModel.PRIV_SERVICES[_PRIV[login.priv]]
        auth_master, priv_master = self._master(login, auth, priv, protocol)
        engine = rfc1902.OctetString(engine_id)
        found = Keys(
            auth,
            auth.localize_key(auth_master, engine) if login.auth else None,
            priv,
            priv.localize_key(protocol, priv_master, engine) if login.priv else None,
            level_of(login),
            login.auth,
        )
        if len(self._keys) >= _MOST_KEYS:
            del self._keys[next(iter(self._keys))]
        self._keys[key] = found
        return found

    def _master(self, login: Login, auth: Any, priv: Any, protocol: Any) -> tuple[Any, Any]:
        known = self._masters.get(login)
        if known is None:
            known = self._masters[login] = (
                auth.hash_passphrase(rfc1902.OctetString(login.auth_key)) if login.auth else None,
                priv.hash_passphrase(protocol, rfc1902.OctetString(login.priv_key))
                if login.priv
                else None,
            )
        return known

    def forget(self) -> None:
        """Drop every key: the logins are others now."""
        self._masters.clear()
        self._keys.clear()


def level_of(login: Login) -> int:
    """Return msgFlags of a login's security level (RFC 3412 6.4)."""
    return (AUTHENTICATED if login.auth else 0) | (ENCRYPTED if login.priv else 0)
