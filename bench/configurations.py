"""What keeping a configuration costs: `python -m bench.configurations`.

First the pure part, by size, and for lines that are written to make patterns slow; then the whole:
the first reading of a device, one of a configuration that nobody changed, and one of a changed one.
CPU of our own and of git's, in milliseconds each.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from time import monotonic, process_time
from typing import Final

from collectors._ssh import Said
from collectors.configurations.endings import ENDINGS
from collectors.configurations.normalise import normalise
from collectors.configurations.secrets import mask
from metrics.observation import Outcome
from runtime.configurations.job import Keeper, KeepingSettings

_VRP: Final = ENDINGS["huawei_vrp"]
_KEY: Final = bytes(range(32))
_PART: Final = """#
interface GigabitEthernet0/0/1
 description 至县中心专线 100M
 ip address 10.0.0.1 255.255.255.252
 ospf authentication-mode md5 1 cipher %^%#K8v&Jq2!xW7bRz]5tN0cYp%^%#
#
acl number 2000
 rule 5 permit source 10.0.0.0 0.255.255.255
"""
_HOSTILE: Final = {
    "community": "snmp " * 190,
    "digits": "password sha" + "1" * 980,
    "keys": "radius key " * 90,
    "ciphers": "simple cipher " * 70,
    "certificates": "-----BEGIN " * 90,
    "pager": "-- more " * 120,
    "cursor": "\x1b[5D" * 160 + "x",
}
_ROUNDS: Final = 50


def main() -> None:
    """Measure and print."""
    print("normalise and mask, ms of CPU")
    for parts in (20, 400, 35_000):
        text = _PART * parts + "return\n"
        print(f"  {len(text) / 1000:8.0f} kB  {_pure(text):8.1f}")
    for name, line in _HOSTILE.items():
        text = "#\n" + f"{line}\n" * (7_500_000 // len(line)) + "return\n"
        print(f"  {len(text) / 1000:8.0f} kB  {_pure(text):8.1f}  {name}")
    with tempfile.TemporaryDirectory() as folder:
        keeper = Keeper(KeepingSettings(folder, _KEY))
        text = _PART * 40 + "return\n"
        print(f"a reading of {len(text) / 1000:.0f} kB, ms: own CPU, git's CPU, wall")
        _rounds("first", lambda at: _keep(keeper, at, text))
        _rounds("the same", lambda at: _keep(keeper, at, text))
        _rounds("changed", lambda at: _keep(keeper, at, text.replace("100M", f"{at}M", 1)))
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        print(f"  on the disk, {_ROUNDS} devices of two revisions: {size / 1000:.0f} kB")


def _pure(text: str) -> float:
    before = process_time()
    mask(normalise(text, _VRP).text, "xs-r1", _KEY)
    return (process_time() - before) * 1000


def _keep(keeper: Keeper, at: int, text: str) -> None:
    said = Said(Outcome.ANSWERED, "", (text,))
    kept = keeper.keep(f"r{at}", "huawei_vrp", said, why="whole", now=1_795_500_000 + at)
    assert kept.outcome is Outcome.ANSWERED, kept


def _rounds(name: str, once: Callable[[int], None]) -> None:
    own, children, wall = _cpu(RUSAGE_SELF), _cpu(RUSAGE_CHILDREN), monotonic()
    for at in range(_ROUNDS):
        once(at)
    each = 1000 / _ROUNDS
    spent = (_cpu(RUSAGE_SELF) - own, _cpu(RUSAGE_CHILDREN) - children, monotonic() - wall)
    print(f"  {name:9}", *(f"{one * each:8.1f}" for one in spent))


def _cpu(whose: int) -> float:
    used = getrusage(whose)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
