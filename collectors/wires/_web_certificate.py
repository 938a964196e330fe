"""What a certificate says of itself (RFC 5280), read from DER that a stranger sent."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.dsa import DSAPublicKey
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from collectors._text import decode
from collectors._web import Certificate

T = TypeVar("T")

_MOST_NAMES: Final = 100
_SM2_WITH_SM3: Final = "1.2.156.10197.1.501"
"""GB/T 33560-2017: the signature algorithm of SM2 certificates."""
_KINDS: Final[tuple[tuple[type, str], ...]] = (
    (RSAPublicKey, "rsa"),
    (EllipticCurvePublicKey, "ec"),
    (DSAPublicKey, "dsa"),
    (Ed25519PublicKey, "ed25519"),
    (Ed448PublicKey, "ed448"),
)
_UNREADABLE: Final = (ValueError, TypeError, UnsupportedAlgorithm, x509.ExtensionNotFound)


def read(der: bytes) -> Certificate | None:
    """Return what is readable of a certificate; None where not even its dates are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of oddities that many certificates have
        try:
            parsed = x509.load_der_x509_certificate(der)
            begins = parsed.not_valid_before_utc.timestamp()
            ends = parsed.not_valid_after_utc.timestamp()
        except (ValueError, TypeError, OverflowError):
            return None
        sm2 = _or(lambda: parsed.signature_algorithm_oid.dotted_string, "") == _SM2_WITH_SM3
        kind, bits = ("sm2", 256) if sm2 else _or(lambda: _key(parsed.public_key()), ("", 0))
        return Certificate(
            begins,
            ends,
            _or(lambda: tuple(_names(parsed)), ()),
            _or(lambda: decode(parsed.subject.rfc4514_string()), ""),
            _or(lambda: decode(parsed.issuer.rfc4514_string()), ""),
            kind,
            bits,
            "sm3" if sm2 else _or(lambda: _hash(parsed), ""),
        )


def read_chain(ders: Iterable[bytes]) -> tuple[Certificate, ...]:
    """Return those of a chain that can be read, in its order."""
    return tuple(found for der in ders if (found := read(der)) is not None)


def matches(name: str, certificate: Certificate) -> bool:
    """Whether a certificate is for a host (RFC 9525 6.3): `*` stands for one whole first label."""
    wanted = name.rstrip(".").lower()
    _, _, parent = wanted.partition(".")
    alternatives = {one.rstrip(".").lower() for one in certificate.names}
    return wanted in alternatives or bool(parent and f"*.{parent}" in alternatives)


def weakness(certificate: Certificate) -> bool:
    """Whether a chain should not rest on it: SHA-1 or MD5, RSA below 2,048 bits, EC below 224."""
    short = {"rsa": 2048, "dsa": 2048, "ec": 224}.get(certificate.key, 0)
    return certificate.hash in {"md5", "sha1"} or certificate.bits < short


def sent_chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """Return the certificates the peer sent, DER, its own first."""
    return _chain(tls, "get_unverified_chain")


def verified_chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """Return the chain that was verified, DER, with its root."""
    return _chain(tls, "get_verified_chain")


def _chain(tls: ssl.SSLObject, method: str) -> tuple[bytes, ...]:
    """Ask Python 3.13 and later by name, and what it wraps before."""
    ask = getattr(tls, method, None) or getattr(tls._sslobj, method)  # type: ignore[attr-defined]  # noqa: SLF001 - public from 3.13 on
    return tuple(
        one if isinstance(one, bytes) else ssl.PEM_cert_to_DER_cert(one.public_bytes())
        for one in ask() or ()
    )


def _names(parsed: x509.Certificate) -> Iterable[str]:
    found = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    names = found.get_values_for_type(x509.DNSName)
    addresses = found.get_values_for_type(x509.IPAddress)
    for one in [*names, *map(str, addresses)][:_MOST_NAMES]:
        yield decode(one)


def _key(key: Any) -> tuple[str, int]:
    kind = next((name for known, name in _KINDS if isinstance(key, known)), "")
    return kind, getattr(key, "key_size", 0)


def _hash(parsed: x509.Certificate) -> str:
    algorithm = parsed.signature_hash_algorithm
    return "" if algorithm is None else algorithm.name


def _or(read_it: Callable[[], T], otherwise: T) -> T:
    try:
        return read_it()
    except _UNREADABLE:
        return otherwise
