"""The folder of a province: what it was made from, and the secret its agents want to hear.

`simulator.json` is all that `serve` needs: the province itself is made again from its settings.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from simulator.ports import free_ports
from simulator.province import IPV6_SITES, Settings

COMMUNITY_VARIABLE: Final = "EXTRANET_DEMO_COMMUNITY"
COMMUNITY_FILE: Final = "community"
_SETTINGS: Final = "simulator.json"
TRUTH: Final = "truth.jsonl"


def settle(
    sites: int, seed: int, start: int, snmp_port: int, echo_port: int, hosts: int = 0
) -> Settings:
    """Choose the ports: 0 becomes a free one, IPv6 sites get their own where `::1` exists."""
    free = free_ports(3)
    try:
        ports = free_ports(2 * IPV6_SITES, "::1")
    except OSError:
        ports = []  # a machine without IPv6: the province does without it, too
    return Settings(
        sites=sites,
        seed=seed,
        start=start,
        snmp_port=snmp_port or free[0],
        echo_port=echo_port or free[1],
        snmp6=tuple(ports[: len(ports) // 2]),
        echo6=tuple(ports[len(ports) // 2 :]),
        hosts=hosts,
        ssh_port=free[2] if hosts else 0,
    )


def save(folder: Path, settings: Settings) -> None:
    """Write the settings down."""
    text = json.dumps(asdict(settings), indent=1)
    (folder / _SETTINGS).write_text(text + "\n", encoding="utf-8")


def load(folder: Path) -> Settings:
    """Read the settings; raise ValueError where there is no province."""
    try:
        written = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ValueError(f"{folder} holds no province; `generate` makes one") from error
    written["snmp6"], written["echo6"] = tuple(written["snmp6"]), tuple(written["echo6"])
    return Settings(**written)


def make_community(folder: Path, environ: Mapping[str, str]) -> str:
    """Return the YAML by which the inventory refers to the community.

    A random one is made where the environment holds none.
    """
    if environ.get(COMMUNITY_VARIABLE):
        return f'"${{{COMMUNITY_VARIABLE}}}"'
    file = folder / COMMUNITY_FILE
    file.touch(mode=0o600)
    file.write_text(secrets.token_hex(12) + "\n", encoding="utf-8")
    return f"{{file: {COMMUNITY_FILE}}}"


def community(folder: Path, environ: Mapping[str, str]) -> bytes:
    """Return the community that `make_community` referred to."""
    given = environ.get(COMMUNITY_VARIABLE)
    if given:
        return given.encode()
    file = folder / COMMUNITY_FILE
    if not file.exists():
        raise ValueError(f"no community: set {COMMUNITY_VARIABLE}, as when it was generated")
    return file.read_text(encoding="utf-8").strip().encode()
