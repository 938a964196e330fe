"""SNMPv3 engines as they were known when the monitor stopped: a small file beside the store.

    {"engines": {"10.1.2.3:161": ["80001f88...", 12, 86400, 1793664000], ...}}

Engine id in hexadecimal, snmpEngineBoots, snmpEngineTime in seconds (RFC 3411), and the UTC second
in which it had that time. Nothing in it is a secret, and all of it may be lost: then each agent is
asked for its engine id again. A file that cannot be read is named and left alone until the next
save.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple


class Engine(NamedTuple):
    """An engine as it was known."""

    engine_id: bytes
    boots: int
    time: int
    """Seconds since the agent's last start, at `learnt_at`."""
    learnt_at: int
    """UTC seconds."""


def load(path: Path) -> tuple[dict[str, Engine], str]:
    """Read the file; return engines by `host:port`, and what is wrong with it ("" = nothing)."""
    try:
        raw = json.loads(path.read_bytes())
        return {str(name): _engine(row) for name, row in raw["engines"].items()}, ""
    except FileNotFoundError:
        return {}, ""
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return {}, f"{path}: {error.__class__.__name__}: {error}"[:300]


def _engine(row: Any) -> Engine:
    identity, *numbers = row
    boots, time, learnt_at = numbers
    if any(not isinstance(n, int) or not 0 <= n < 1 << 40 for n in numbers):
        raise ValueError(f"not an engine: {row!r:.80}")
    return Engine(bytes.fromhex(identity), boots, time, learnt_at)


def save(path: Path, engines: Mapping[str, Engine]) -> None:
    """Write the file whole or not at all. Raises OSError."""
    rows = {name: [known.engine_id.hex(), *known[1:]] for name, known in engines.items()}
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write(json.dumps({"engines": rows}).encode())
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
