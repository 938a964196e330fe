"""Whom TLS trusts: contexts of OpenSSL, made once per file of authorities.

To read the machine's own store takes some 20 ms, so it is read when the wire is opened.
"""

from __future__ import annotations

import errno
import ssl
from pathlib import Path
from typing import Final

from collectors.wires._web_line import Trouble
from metrics.observation import Outcome

_LARGEST: Final = 4_000_000
_MOST: Final = 64
_LEGACY_SERVER_CONNECT: Final = 0x4
"""SSL_OP_LEGACY_SERVER_CONNECT: servers without secure renegotiation (RFC 5746). Python names it
from 3.12 on."""

_REASONS: Final = {
    9: "tls_not_yet_valid",
    10: "tls_expired",
    18: "tls_self_signed",
    23: "tls_revoked",
    62: "tls_name_mismatch",
    64: "tls_name_mismatch",
    66: "tls_weak",
    67: "tls_weak",
    68: "tls_weak",
}
"""X509_V_ERR_ codes of OpenSSL (openssl-verification-options(1)); others are `tls_untrusted`."""


def reason_of(error: ssl.SSLCertVerificationError) -> str:
    """Return why a chain is not trusted, as a reason code."""
    return _REASONS.get(error.verify_code, "tls_untrusted")


class Trust:
    """Contexts by file of authorities; `more`: files trusted beside the machine's own."""

    def __init__(self, more: tuple[Path, ...] = ()) -> None:
        self._more = more
        self._system: ssl.SSLContext | None = None
        self._blind: ssl.SSLContext | None = None
        self._files: dict[tuple[str, int, int], ssl.SSLContext] = {}

    def open(self) -> None:
        """Read the machine's authorities. Raises OSError naming a file that cannot be read."""
        context = _context()
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        for path in self._more:
            try:
                context.load_verify_locations(cadata=_pem(path))
            except ssl.SSLError:
                raise OSError(errno.EINVAL, "holds no certificate", str(path)) from None
        self._system = context
        self._blind = _blind()

    def context(self, ca: str) -> ssl.SSLContext:
        """Return the context that trusts the file `ca` only, or the machine's authorities."""
        if not ca:
            if self._system is None:
                self.open()
            assert self._system is not None
            return self._system
        path = Path(ca)
        try:
            stat = path.stat()
            key = (ca, stat.st_mtime_ns, stat.st_size)
            found = self._files.get(key)
            if found is None:
                found = _context()
                found.load_verify_locations(cadata=_pem(path))
                while len(self._files) >= _MOST:
                    del self._files[next(iter(self._files))]
                self._files[key] = found
        except OSError:  # ssl.SSLError, for what is no PEM, is one too
            raise Trouble(Outcome.SKIPPED, "ca_unread") from None
        return found

    def blind(self) -> ssl.SSLContext:
        """Return the context that believes everything: for looking, never for asking."""
        if self._blind is None:
            self._blind = _blind()
        return self._blind


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False  # nor does any browser (RFC 9525 2)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _blind() -> ssl.SSLContext:
    """Make a context that talks to old and weak servers as well, to name what is wrong."""
    context = _context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= _LEGACY_SERVER_CONNECT
    return context


def _pem(path: Path) -> str:
    with path.open("rb") as file:
        raw = file.read(_LARGEST + 1)
    if len(raw) > _LARGEST:
        raise OSError(f"{path} is no file of authorities")
    return raw.decode("ascii", "replace")
