"""What a collector may ask of services (HTTP, TLS, DNS, TCP), and what comes back.

Facts only: whether a status, a text or a date is good enough is said by the collector. Times are
seconds, instants UTC seconds; None = it did not come so far. A question is over after `timeout`
seconds, whatever the other side does, and nothing is read beyond its caps.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from inventory.model import Endpoint, Secret
from metrics.observation import Outcome

Network = str
"""An address or a network as written: `10.0.0.0/8`, `2001:db8::/32`."""


class Place(msgspec.Struct, frozen=True):
    """Where to connect: what the host resolves to at this moment, or `address` instead of that.

    The name is resolved once and the address that was checked is connected to. `allow`: networks it
    must lie in; empty = any but loopback, link-local, multicast and unspecified addresses, which
    are good only where they are written down themselves (as the host or as `address`).
    """

    host: str
    port: int
    address: Endpoint | None = None
    allow: tuple[Network, ...] = ()
    version: Literal[4, 6] | None = None
    """The only IP version to use; None = IPv4 where there is any, else IPv6."""


class Phases(msgspec.Struct, frozen=True, gc=False):
    """Seconds per phase, over all redirects; None = it was not reached, or is not part of it."""

    resolve: float | None = None
    connect: float | None = None
    tls: float | None = None
    processing: float | None = None
    """From the request sent to the end of the answer's header."""
    transfer: float | None = None


class Certificate(msgspec.Struct, frozen=True):
    """What a certificate says of itself (RFC 5280); texts are bounded and printable."""

    not_before: float
    not_after: float
    names: tuple[str, ...]
    """DNS names and addresses of the subject's alternative names; the common name is none."""
    subject: str
    issuer: str
    key: str
    """`rsa`, `ec`, `ed25519`, ...; `sm2`; "" where nobody knows."""
    bits: int
    hash: str
    """Of its signature: `sha256`, `sm3`, ...; "" where nobody knows."""


class HttpQuestion(msgspec.Struct, frozen=True):
    """One request (RFC 9110, RFC 9112) and how far its redirects are followed."""

    url: str
    method: Literal["GET", "HEAD", "POST"] = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    authorization: Secret = Secret("")
    """The header of this name; goes to the scheme, host and port of `url` only."""
    body: bytes = b""
    redirects: int = 5
    """Followed at most; 0 = the first answer is the answer."""
    hosts: tuple[str, ...] = ()
    """Other hosts that a redirect may lead to."""
    most_bytes: int = 1_048_576
    """Of the body, as sent and as unpacked."""
    ca: str = ""
    """Path of a PEM file of the only authorities to be trusted; "" = those of the machine."""
    verify: bool = True
    address: Endpoint | None = None
    allow: tuple[Network, ...] = ()
    version: Literal[4, 6] | None = None
    timeout: float = 10.0


class HttpReply(msgspec.Struct, frozen=True):
    """The last answer of a chain of redirects.

    Reasons where the outcome is not ANSWERED or the answer is not whole: see `docs/services.md`.
    """

    outcome: Outcome
    reason: str
    status: int | None = None
    body: bytes = b""
    """Unpacked, at most `most_bytes`."""
    content_type: str = ""
    length: int | None = None
    """Bytes of the body as sent: as read, or as announced where it was not read whole."""
    redirects: int = 0
    url: str = ""
    phases: Phases = Phases()
    expires: float | None = None
    """When the first of the certificates that were sent ends."""
    left: float | None = None
    """Seconds until the verified chain ends; of one that is not verified, its first certificate."""
    version: Literal[4, 6] | None = None


class TlsQuestion(msgspec.Struct, frozen=True):
    """One handshake (RFC 8446, RFC 5246), after STARTTLS where that is asked for."""

    place: Place
    name: str = ""
    """Asked for by SNI and looked for in the certificate; "" = the place's host."""
    ca: str = ""
    starttls: Literal["", "smtp", "imap", "pop3"] = ""
    timeout: float = 10.0


class TlsReply(msgspec.Struct, frozen=True):
    """What was shown. `trouble`: why it is not trusted, "" where it is, as a reason code."""

    outcome: Outcome
    reason: str
    trouble: str = ""
    chain: tuple[Certificate, ...] = ()
    """As sent, the server's own first."""
    expires: float | None = None
    """When the first of the certificates sent ends."""
    chain_expires: float | None = None
    """When the first of the verified chain ends, with its root; None where it is not verified."""
    left: float | None = None
    """Seconds until the verified chain ends; of one that is not verified, its own certificate."""
    protocol: float | None = None
    """1.2, 1.3, ...; None for TLCP."""
    tlcp: bool = False
    """Whether it speaks TLCP (GB/T 38636-2020, 国密) and nothing that we could verify."""
    handshake: float | None = None
    version: Literal[4, 6] | None = None


class TcpQuestion(msgspec.Struct, frozen=True):
    """One connection; `banner`: how many bytes the server is given to say first, 0 = none."""

    place: Place
    banner: int = 0
    until: bytes = b""
    """Reading ends as soon as this was heard."""
    timeout: float = 5.0


class TcpReply(msgspec.Struct, frozen=True):
    """What became of it; `heard`: what the server said first."""

    outcome: Outcome
    reason: str
    connect: float | None = None
    heard: bytes = b""
    version: Literal[4, 6] | None = None


class DnsQuestion(msgspec.Struct, frozen=True):
    """One question to one name server (RFC 1035), by UDP, and by TCP where it was cut."""

    server: Endpoint
    name: str
    type: str
    recursive: bool = True
    by_tcp: bool = False
    timeout: float = 3.0


class DnsReply(msgspec.Struct, frozen=True):
    """What the server said."""

    outcome: Outcome
    reason: str
    rcode: str = ""
    """`NOERROR`, `NXDOMAIN`, ..."""
    records: tuple[str, ...] = ()
    """Data of the answers of the type asked for, at the end of a chain of CNAMEs; as in a zone
    file, names absolute and in lower case; at most 200."""
    authoritative: bool = False
    authenticated: bool = False
    """The AD bit: the server says that it has verified the answer (RFC 4035 3.2.3)."""
    took: float | None = None


class WebWire(Protocol):
    """Questions to services. Each opens a connection of its own and closes it."""

    async def http(self, question: HttpQuestion) -> HttpReply:
        """Ask for a document."""

    async def tls(self, question: TlsQuestion) -> TlsReply:
        """Look at a server's certificates."""

    async def tcp(self, question: TcpQuestion) -> TcpReply:
        """Connect."""

    async def dns(self, question: DnsQuestion) -> DnsReply:
        """Ask a name server."""


class NoWeb:
    """The wire of a monitor that has none."""

    async def http(self, *_asked: object, **_how: object) -> HttpReply:
        """Answer that nothing was asked."""
        return HttpReply(Outcome.SKIPPED, "not_open")

    async def tls(self, *_asked: object, **_how: object) -> TlsReply:
        """Answer that nothing was asked."""
        return TlsReply(Outcome.SKIPPED, "not_open")

    async def tcp(self, *_asked: object, **_how: object) -> TcpReply:
        """Answer that nothing was asked."""
        return TcpReply(Outcome.SKIPPED, "not_open")

    async def dns(self, *_asked: object, **_how: object) -> DnsReply:
        """Answer that nothing was asked."""
        return DnsReply(Outcome.SKIPPED, "not_open")
