"""Names to addresses, once per question, and whether an address may be connected to.

Asked of the machine's name servers without its library, whose look-ups block a thread for as long
as a dead server likes. `/etc/hosts` goes before, as everywhere.

A name is resolved once and the very address that was checked is connected to: a server that
answers 127.0.0.1 the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Final

import dns.asyncresolver
import dns.exception
import dns.resolver

from collectors._web import Network, Place
from collectors.wires._web_line import Trouble
from inventory.model import Endpoint
from metrics.observation import Outcome

_HOSTS: Final = Path("/etc/hosts")
_RESOLV: Final = Path("/etc/resolv.conf")
_LARGEST_HOSTS: Final = 1_000_000
_MOST_ADDRESSES: Final = 4
"""Tried one after the other."""

Address = IPv4Address | IPv6Address


class Names:
    """The machine's own name service, or the name servers that the configuration names."""

    def __init__(self, servers: tuple[Endpoint, ...] = (), *, resolv: Path = _RESOLV) -> None:
        self._servers = servers
        self._resolv = resolv
        self._resolver: dns.asyncresolver.Resolver | None = None
        self._hosts: dict[str, list[Address]] = {}
        self._hosts_read: int | None = None
        self._resolv_read: int | None = None

    async def endpoints(self, place: Place) -> tuple[Endpoint, ...]:
        """Return where to connect, at least one address; `Trouble` where there is none."""
        if place.address is not None:
            return (Endpoint(place.address.host, place.address.port or place.port),)
        literal = _literal(place.host)
        found = [literal] if literal else await self._look_up(place.host, place.version)
        good = [one for one in found if allowed(one, place.allow, written=literal is not None)]
        if not good:
            raise Trouble(Outcome.ANSWERED, "address_not_allowed")
        return tuple(Endpoint(str(one), place.port) for one in good[:_MOST_ADDRESSES])

    async def _look_up(self, host: str, version: int | None) -> list[Address]:
        name = host.rstrip(".").lower()
        known = [one for one in self._in_file(name) if version in (None, one.version)]
        if known:
            return known
        for kind, family in (("A", 4), ("AAAA", 6)):
            if version in (None, family) and (found := await self._ask(name, kind)):
                return found
        raise Trouble(Outcome.ANSWERED, "dns_no_address")

    async def _ask(self, name: str, kind: str) -> list[Address]:
        try:
            resolver = self._own()
        except (dns.exception.DNSException, OSError):  # the file is not there, or names none
            raise Trouble(Outcome.SKIPPED, "no_nameservers") from None
        try:
            answer = await resolver.resolve(name + ".", kind, search=False)
        except dns.resolver.NXDOMAIN:
            raise Trouble(Outcome.ANSWERED, "dns_no_such_name") from None
        except dns.resolver.NoAnswer:
            return []
        except (dns.exception.DNSException, OSError, ValueError):
            raise Trouble(Outcome.SILENT, "dns_failed") from None
        return [ip_address(record.address) for record in answer]

    def _own(self) -> dns.asyncresolver.Resolver:
        """Return the resolver; `/etc/resolv.conf` is read anew where it has changed."""
        changed = None if self._servers else self._resolv.stat().st_mtime_ns
        if self._resolver is None or changed != self._resolv_read:
            resolver = dns.asyncresolver.Resolver(
                self._resolv.as_posix(), configure=not self._servers
            )
            if self._servers:
                resolver.nameservers = [one.host for one in self._servers]
                resolver.nameserver_ports = {one.host: one.port or 53 for one in self._servers}
            self._resolver, self._resolv_read = resolver, changed
        return self._resolver

    def _in_file(self, name: str) -> list[Address]:
        try:
            changed = _HOSTS.stat().st_mtime_ns
            if changed != self._hosts_read:
                with _HOSTS.open("rb") as file:
                    self._hosts = read_hosts(file.read(_LARGEST_HOSTS).decode("utf-8", "replace"))
                self._hosts_read = changed
        except OSError:
            self._hosts = {}
        return self._hosts.get(name, [])


def read_hosts(text: str) -> dict[str, list[Address]]:
    """Read hosts(5): an address and its names per line."""
    found: dict[str, list[Address]] = {}
    for line in text.splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        literal = _literal(address)
        if literal is not None:
            for name in names:
                found.setdefault(name.lower(), []).append(literal)
    return found


def allowed(address: Address, networks: tuple[Network, ...], *, written: bool) -> bool:
    """Whether to connect to `address`; `written`: it stands in the inventory itself."""
    plain = getattr(address, "ipv4_mapped", None) or address
    if networks:
        return any(plain in ip_network(one) for one in networks)
    return written or not (
        plain.is_loopback or plain.is_link_local or plain.is_multicast or plain.is_unspecified
    )


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
