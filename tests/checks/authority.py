"""Certificates made by the tests: an authority of their own and what it vouches for."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID


def wall() -> datetime:
    return datetime.now(UTC)


class Authority:
    """An authority whose certificate lies in `file`; keys are of P-256 unless asked otherwise."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("测试根 CA")
        self.certificate = _build(
            self._name, self._name, self._key.public_key(), self._key, -10, 3650, authority=True
        )
        self.file = folder / "ca.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        self._count = 0

    def context(
        self,
        *names: str,
        begins: float = -1,
        ends: float = 90,
        key: Any = None,
        itself: bool = False,
    ) -> ssl.SSLContext:
        """Make a server's context, as `certificate_file` says."""
        file = self.certificate_file(*names, begins=begins, ends=ends, key=key, itself=itself)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(file)
        return context

    def certificate_file(
        self,
        *names: str,
        begins: float = -1,
        ends: float = 90,
        key: Any = None,
        itself: bool = False,
    ) -> Path:
        """Write a key and its certificate; `begins`, `ends`: days from now.

        Without names there are none. `itself`: the certificate vouches for itself.
        """
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = _name(names[0] if names else "portal.example")
        issuer, signer = (subject, key) if itself else (self._name, self._key)
        certificate = _build(subject, issuer, key.public_key(), signer, begins, ends, names=names)
        self._count += 1
        path = self._folder / f"server-{self._count}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return path


def short_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 1024)  # noqa: S505 - meant to be refused


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _build(
    subject: x509.Name,
    issuer: x509.Name,
    key: Any,
    signer: Any,
    begins: float,
    ends: float,
    *,
    names: Sequence[str] = (),
    authority: bool = False,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(wall() + timedelta(days=begins))
        .not_valid_after(wall() + timedelta(days=ends))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        general = [_general(name) for name in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(general), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
