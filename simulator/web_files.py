"""What the services of a province need in its folder: ports, an authority and certificates, YAML.

`services.json` names the ports; where it is, `serve` serves them. The authority's key is nowhere:
it signs and is gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from simulator.ports import free_ports
from simulator.province import Plan
from simulator.web_plan import (
    AUTHORITY,
    CERTIFICATES,
    DEPARTMENTS,
    MAIL,
    PORTAL,
    PORTAL_ADDRESS,
    Offered,
    groups,
    offered,
)

INVENTORY: Final = "services.yaml"
_PORTS: Final = "services.json"
_AUTHORITY: Final = "ca.pem"
_HOST: Final = "127.0.0.1"
_BEFORE: Final = timedelta(days=65)


@dataclass(frozen=True, slots=True)
class Ports:
    """Where services listen on 127.0.0.1; `names` for UDP and TCP."""

    http: int
    https: int
    mail: int
    names: int


def write(plan: Plan, folder: Path, start: int) -> None:
    """Choose ports, make certificates that begin before `start`, write the inventory of it."""
    ports = Ports(*free_ports(4))
    (folder / _PORTS).write_text(json.dumps(asdict(ports)) + "\n", encoding="utf-8")
    _certify(folder, datetime.fromtimestamp(start, UTC))
    lines = inventory(plan, ports, (folder / _AUTHORITY).resolve())
    (folder / INVENTORY).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def ports_of(folder: Path) -> Ports | None:
    """Return where services listen; None where the province has none."""
    try:
        return Ports(**json.loads((folder / _PORTS).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def certificate_of(folder: Path, host: str) -> Path:
    """Return the file with the key and the certificate of a name."""
    return folder / f"{host}.pem"


def inventory(plan: Plan, ports: Ports, authority: Path) -> Iterator[str]:
    """Yield the lines of the inventory's part."""
    yield "# The services of the simulated province: who uses what, and what it stands on."
    yield "units:  # connected to the data exchange (接入单位)"
    for name, title in DEPARTMENTS:
        yield f"  unit-{name}: {{title: {title}}}"
    yield "service_groups:"
    for ident, title in groups():
        yield f"  {ident}: {{title: {title}}}"
    yield "services:"
    website = f"http://{_HOST}:{ports.http}/"
    tls = f"ca: {_text(str(authority))}, address: {_text(f'{_HOST}:{ports.https}')}"
    audited = next((one.id for one in offered(plan) if one.group == "portals"), "")
    for one in offered(plan):
        yield f"  {one.id}:"
        yield f"    {{title: {_text(one.title)}, kind: {one.kind}, site: {one.site},"
        group = f" group: {one.group}," if one.group else ""
        yield f"     unit: {one.unit},{group} availability: 99.5, needs: {_needs(one)},"
        asked = "kind: http, every: 20s, timeout: 3, limit: 1"
        if one.host in dict(CERTIFICATES):
            yield f"     probes: [{{{asked}, url: {_text(f'https://{one.host}/')},"
            yield f"               text: {one.text}, {tls}}},"
            yield f"              {{kind: tls, every: 1m, host: {one.host}, {tls}}}]}}"
        else:
            yield f"     probes: [{{{asked}, url: {_text(f'http://{one.host}/')},"
            yield f"               text: {one.text}, address: {_text(f'{_HOST}:{ports.http}')}}}"
            if one.id == audited:
                yield f"              ,{{kind: website, every: 5m, url: {_text(website)}, pace: 5,"
                yield "               allow: 127.0.0.0/8}"
            yield "             ]}"
    cloud = "site: hubei-cloud, unit: hubei-cloud, availability: 99.9"
    yield f"  mail: {{title: 邮件系统, kind: application, {cloud},"
    yield f"    probes: [{{kind: tcp, every: 20s, host: {MAIL}, port: 25, banner: '220 ',"
    yield f"              address: {_text(f'{_HOST}:{ports.mail}')}}}]}}"
    yield f"  names: {{title: 域名解析, kind: dns, {cloud},"
    yield f"    probes: [{{kind: dns, every: 20s, server: {_text(f'{_HOST}:{ports.names}')},"
    yield f"              name: {PORTAL}, expect: {PORTAL_ADDRESS}}}]}}"
    yield f"  ca: {{title: 电子认证系统证书, kind: certificate, {cloud},"
    yield f"    probes: [{{kind: tls, every: 1m, host: {AUTHORITY}, {tls}}}]}}"


def _needs(one: Offered) -> str:
    return "[" + ", ".join(f"[{', '.join(need)}]" for need in one.needs) + "]"


def _certify(folder: Path, now: datetime) -> None:
    """Make an authority and what it vouches for; keys are readable by their owner only."""
    signer = ec.generate_private_key(ec.SECP256R1())
    issuer = _name("模拟省电子政务外网 CA")
    root = _unsigned(issuer, issuer, signer.public_key(), now, 3650).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    (folder / _AUTHORITY).write_bytes(root.sign(signer, SHA256()).public_bytes(Encoding.PEM))
    for host, days in CERTIFICATES:
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = _unsigned(_name(host), issuer, key.public_key(), now, days).add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False
        )
        file = certificate_of(folder, host)
        file.touch(mode=0o600)
        file.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + leaf.sign(signer, SHA256()).public_bytes(Encoding.PEM)
        )


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + timedelta(days=days))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _text(text: str) -> str:
    """Quote: a JSON string is a YAML string."""
    return json.dumps(text, ensure_ascii=False)
