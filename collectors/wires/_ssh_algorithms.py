"""Which algorithms are offered: today's, and the old ones only where a device needs them.

Names are of RFC 4253, 4344, 5656, 6668, 8268, 8308, 8332, 8731 and of OpenSSH. `legacy_ssh` adds
SHA-1 in key exchange and signatures, CBC ciphers and HMAC-SHA-1, behind the better ones: whoever
can do better is not talked down by the switch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from paramiko import Transport

_KEX: Final = (
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group14-sha256",
)
_OLD_KEX: Final = (
    "diffie-hellman-group-exchange-sha1",
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group1-sha1",
)
_CIPHERS: Final = (
    "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr",
)  # fmt: skip
_OLD_CIPHERS: Final = ("aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc")
_MACS: Final = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
)
_OLD_MACS: Final = ("hmac-sha1", "hmac-sha1-96")
_KEYS: Final = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
_OLD_KEYS: Final = ("ssh-rsa",)
_RSA: Final = "ssh-rsa"
_SIGNATURES_OF_RSA: Final = ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")


KINDS: Final = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    ("ssh-rsa",),
)
"""Types of host keys; a host has one of each at most."""


def signatures(key_types: Sequence[str], *, legacy: bool, only: bool = False) -> tuple[str, ...]:
    """Return the host key algorithms to ask for, those of the given key types first.

    So a host that has a second key of another type, which nobody enrolled, shows the one we know;
    and one that has no key of a known type any more shows another, which is then refused. `only`
    leaves the others out.
    """
    known = (*_KEYS, *_OLD_KEYS) if legacy else _KEYS
    wanted = {
        name for kind in key_types for name in (_SIGNATURES_OF_RSA if kind == _RSA else (kind,))
    }
    if only:
        return tuple(name for name in known if name in wanted)
    return tuple(sorted(known, key=lambda name: name not in wanted))


def offer(
    transport: Transport, key_types: Sequence[str], *, legacy: bool, only: bool = False
) -> None:
    """Set what is offered, before the key exchange."""
    options = transport.get_security_options()
    options.key_types = signatures(key_types, legacy=legacy, only=only)
    options.kex = (*_KEX, *_OLD_KEX) if legacy else _KEX
    options.ciphers = (*_CIPHERS, *_OLD_CIPHERS) if legacy else _CIPHERS
    options.digests = (*_MACS, *_OLD_MACS) if legacy else _MACS


def choose_signature(transport: Transport) -> None:
    """After the key exchange: say how an RSA key of ours signs.

    A server that shows its own RSA key by SHA-1, although better was offered, knows nothing better
    and does not list what it takes (RFC 8308); every other one is not asked to take SHA-1.
    """
    old = transport.host_key_type == _RSA
    refused = ("rsa-sha2-512", "rsa-sha2-256") if old else (_RSA,)
    transport.disabled_algorithms = {"pubkeys": refused}
