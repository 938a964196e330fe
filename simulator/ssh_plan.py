"""Which devices of the province are reached by SSH: some network gear, and the cloud's servers.

Their secrets are random, made where the province is generated, in files of mode 0600 beside it.
"""

from __future__ import annotations

import getpass
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simulator import ssh_real
from simulator.platforms import PLATFORMS
from simulator.province import DevicePlan, Plan
from simulator.ssh_cloud import servers
from simulator.ssh_dialects import DIALECTS
from simulator.ssh_nodes import Node

INVENTORY: Final = "servers.yaml"
_PASSWORD: Final = "ssh-password"  # noqa: S105 - the name of the file that it is in
_KEY: Final = "ssh-key"
SEALING_KEY: Final = "configuration-key"
"""The file of the key by which the monitor seals configurations."""
_USER: Final = "monitor"
_OF_EACH: Final = 2
"""Devices of each platform that let the monitor in."""
_FIRST_SERVER: Final = (127 << 24) + (32 << 16) + 1
_PROBES: Final = {
    "huawei_vrp": ("routing_cli",),
    "h3c_comware": ("routing_cli",),
    "zte_zxros": ("optics_cli", "routing_cli"),
    "ruijie_rgos": ("optics_cli", "routing_cli"),
}


@dataclass(frozen=True, slots=True)
class Secrets:
    """What opens the simulated devices: a password for gear, a key for servers."""

    password: str
    public_key: str


def make_secrets(folder: Path) -> None:
    """Write a password, a key pair and the monitor's key for configurations into `folder`."""
    _write(folder / _PASSWORD, secrets.token_urlsafe(18) + "\n")
    _write(folder / SEALING_KEY, secrets.token_hex(32) + "\n")
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    _write(folder / _KEY, private.decode())
    _write(folder / f"{_KEY}.pub", public.decode() + "\n")


def read_secrets(folder: Path) -> Secrets:
    """Read them back."""
    password = (folder / _PASSWORD).read_text("utf-8").strip()
    return Secrets(password, (folder / f"{_KEY}.pub").read_text("utf-8").strip())


def gear(plan: Plan) -> Iterator[DevicePlan]:
    """Yield the network gear that lets the monitor in: the first few of each platform."""
    left = dict.fromkeys(_PROBES, _OF_EACH)
    for device in plan.devices:
        if left.get(device.platform) and ":" not in device.host:
            left[device.platform] -= 1
            yield device


def nodes(plan: Plan, given: Secrets) -> Iterator[Node]:
    """Yield the SSH servers of the province."""
    port = plan.settings.ssh_port
    for number, device in enumerate(gear(plan)):
        assert device.platform in DIALECTS
        shape = PLATFORMS[device.platform].port
        names = tuple(shape.format(place) for place in range(1, device.ports + 1))
        yield Node(
            device.id, device.host, port, device.platform, _USER, given.password,
            ports=names, seed=number + 1,
        )  # fmt: skip
    for number, server in enumerate(servers(cloud(plan), plan.settings.hosts)):
        yield Node(
            server.id, _dotted(_FIRST_SERVER + number), port, "linux", _USER,
            authorized=given.public_key, seed=number,
        )  # fmt: skip


def cloud(plan: Plan) -> str:
    """Return the site of the cloud centre."""
    return next(site.id for site in plan.sites if site.level == "cloud")


def gear_stanza(device: DevicePlan, port: int) -> str:
    """Return what the inventory says of a device that lets the monitor in."""
    probes = ", ".join(f"{{kind: {kind}}}" for kind in _PROBES[device.platform])
    return f", login: gear, ssh_port: {port}, probes: [{probes}]"


def inventory(plan: Plan) -> Iterator[str]:
    """Yield the lines of an inventory file: logins, and servers in their security zones."""
    settings, site = plan.settings, cloud(plan)
    yield "logins:"
    yield f"  gear: {{user: {_USER}, password: {{file: {_PASSWORD}}}, most: 4}}"
    yield f"  servers: {{user: {_USER}, key: {{file: {_KEY}}}}}"
    if settings.real_port:
        yield f"  this-machine: {{user: {_text(getpass.getuser())}, key: {{file: {_KEY}}}}}"
    yield "devices:"
    for number, server in enumerate(servers(site, settings.hosts)):
        address = _text(_dotted(_FIRST_SERVER + number))
        yield (
            f"  {server.id}: {{title: {_text(server.title)}, site: {site}, platform: linux, "
            f"address: {address}, login: servers, ssh_port: {settings.ssh_port}, "
            f"zone: {_text(server.zone)}}}"
        )
    if settings.real_port:
        yield (
            f"  {ssh_real.DEVICE}: {{title: 本机（真实 sshd）, site: {site}, platform: linux, "
            f'address: "127.0.0.1", login: this-machine, ssh_port: {settings.real_port}, '
            f"zone: 管理区}}"
        )
    yield from _meetings(plan)


def _meetings(plan: Plan) -> Iterator[str]:
    """Yield a service for each router whose own test of a path is read at its command line."""
    yield "services:"
    for device in gear(plan):
        if device.platform in {"huawei_vrp", "h3c_comware"}:
            title = _text(f"路由器自测 {device.title}")
            yield (
                f"  nqa-{device.site}: {{title: {title}, kind: video, site: {device.site}, "
                f"probes: [{{kind: nqa_cli, device: {device.id}, owner: admin, name: video}}]}}"
            )


def write_inventory(plan: Plan, folder: Path) -> None:
    """Write it."""
    text = "".join(f"{line}\n" for line in inventory(plan))
    (folder / INVENTORY).write_text(text, encoding="utf-8")


def _dotted(number: int) -> str:
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _write(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
