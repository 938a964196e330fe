"""What the evidence log costs: `python -m bench.evidence_log [LEAVES]`.

Leaves as four carriers and the monitor make them each hour: 100,000 are two years and three months.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sla.canonical import HourLeaf, MonitorLeaf, encode
from sla.proof import note
from sla.proof.note import Checkpoint
from store.evidence_check import verify
from store.evidence_log import open_log, read_log

_CARRIERS = ("broadcast", "mobile", "telecom", "unicom")
_QUARTER = 2_208
_ROOT = "0123456789abcdef" * 4


def _leaves(count: int) -> list[bytes]:
    found: list[bytes] = []
    hour = 1_772_294_400
    while len(found) < count:
        found += [encode(HourLeaf(name, hour, 20_000, _ROOT, _ROOT)) for name in _CARRIERS]
        found.append(encode(MonitorLeaf(hour, ((0, 3600),), (), 120)))
        hour += 3600
    return found[:count]


@contextmanager
def _timed(what: str) -> Iterator[None]:
    before = time.perf_counter()
    yield
    print(f"{what:<40}{time.perf_counter() - before:9.3f} s")


def _resident() -> int:
    gc.collect()
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def main(count: int) -> None:
    """Write a log, open it, prove a quarter, check all of it."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    known = note.verifier("bench", key.public_key())
    leaves = _leaves(count)
    with TemporaryDirectory() as name:
        folder = Path(name)
        log = open_log(folder)
        with _timed("append 1,000 hours, 5 leaves each"):
            for first in range(0, 5_000, 5):
                log.append(leaves[first : first + 5])
        log.append(leaves[5_000:])
        roots = log.roots()
        said = Checkpoint("bench", len(log), roots.sha256, roots.sm3, 1_772_294_400)
        log.notes.add(note.sign(said.text, "bench", key))
        log.close()
        size = sum(path.stat().st_size for path in folder.iterdir())
        before = _resident()
        with _timed("open"):
            log = read_log(folder)
        grown = _resident() - before
        with _timed("roots of both algorithms"):
            log.roots(count - 1)
        with _timed("proofs of a carrier's quarter, both"):
            for index in list(log.hours("telecom").values())[:_QUARTER]:
                log.inclusion(index)
                log.inclusion(index, algorithm="sm3")
        with _timed("verify"):
            checked = verify(folder, known)
        assert not checked.findings
    print(f"{'bytes on the disk for each leaf':<40}{size / count:9.0f}")
    print(f"{'bytes of memory for each leaf':<40}{grown / count:9.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
