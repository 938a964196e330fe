"""Agents that answer nonsense: a question ends by name whatever comes, the next one is answered.

    python -m bench.fuzz [--seconds 60] [--seed N] [--engine gufo]

Takes the answers of `tests/collectors/corpus`, changes bytes, lengths and order, and gives them to
GETs and tables of each engine and version by real UDP. An answer after which the wire raised, hung,
gave a reason nobody can read, or did not hear the next honest answer is written to the corpus as
`found-*.txt`, where the tests replay it from then on. Prints what was tried and what the process
grew by. Panics of the Rust engine are caught and counted; their traces go nowhere.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, time
from typing import Any, Final, cast

from collectors._contract import SnmpReply
from collectors._memory import DeviceMemory
from collectors.wires.snmp import Snmp, open_snmp
from inventory.model import Credential, Endpoint, Secret, SnmpVersion
from metrics.observation import Outcome
from texts.wires import TEXTS

CORPUS: Final = Path(__file__).parents[1] / "tests/collectors/corpus"
VERSIONS: Final[tuple[SnmpVersion, ...]] = ("1", "2c", "3")
ENGINES: Final = ("gufo", "pysnmp")

_REQUEST_ID: Final = bytes.fromhex("0204deadbeef")
_MESSAGE_ID: Final = bytes.fromhex("0204deadbee0")
_VERSION_2C: Final = bytes.fromhex("0201010406") + b"public"
_VERSION_1: Final = bytes.fromhex("0201000406") + b"public"
_TABLE: Final = "1.3.6.1.2.1.2.2.1"
_VALUES: Final = {
    "1.3.6.1.2.1.1.3.0": 4711,
    **{f"{_TABLE}.10.{index}": 1000 + index for index in (1, 2, 3)},
}
_EVIL_SECONDS: Final = 0.05
_HONEST_SECONDS: Final = 10.0
"""An honest answer is there at once; forty askers on a loaded machine wait for each other."""
_HONEST_RUNS: Final = 6
"""SNMPv3 needs a run or two to trust an agent again, and nonsense may still be on its way."""
_HANGS_AFTER: Final = 120.0
_AT_ONCE: Final = 40
_LARGEST: Final = 65_507


@dataclass(frozen=True, slots=True)
class Trial:
    """One answer for one engine and version, and what was wrong with what came of it ("")."""

    engine: str
    version: SnmpVersion
    answer: bytes
    complaint: str


def read_corpus(folder: Path = CORPUS) -> dict[str, bytes]:
    """Read all answers by name. Raises ValueError naming the line that is none."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            name, _, tokens = line.partition(" ")
            if not name or name == "#":
                continue
            try:
                found[name] = b"".join(map(_token, tokens.split()))
            except ValueError as error:
                raise ValueError(f"{path}:{number}: {error}") from error
    return found


def _token(token: str) -> bytes:
    text, _, times = token.partition("*")
    return bytes.fromhex(text) * int(times or 1)


class Mirror(asyncio.DatagramProtocol):
    """Gives every question the same answer, under the question's own ids."""

    def __init__(self, corpus: Mapping[str, bytes], version: SnmpVersion) -> None:
        self._corpus = corpus
        self._version = version
        self._transport: asyncio.DatagramTransport | None = None
        self.evil: bytes | None = None
        """None = honest."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer."""
        assert self._transport is not None
        ids = _ids(data)
        answer = self.evil if self.evil is not None else self._honest(data)
        if ids is None:  # a knock: somebody looks whether the port is open
            answer = b"\0"
        else:
            message, request = ids
            answer = answer.replace(_MESSAGE_ID, b"\2\4" + message.to_bytes(4, "big"))
            answer = answer.replace(_REQUEST_ID, b"\2\4" + request.to_bytes(4, "big"))
        if self._version == "1":
            answer = answer.replace(_VERSION_2C, _VERSION_1, 1)
        self._transport.sendto(answer[:_LARGEST], addr)

    def _honest(self, data: bytes) -> bytes:
        if self._version != "3":
            return self._corpus["honest"]
        discovery = self._corpus["v3-honest-report"]
        known = b"random" in data  # of the engine id in the corpus
        return self._corpus["v3-honest"] if known else discovery


def _ids(data: bytes) -> tuple[int, int] | None:
    """Find the message id (v3) and the request id in an honest question."""
    try:
        fields = _items(_items(data)[0][1])
        if fields[0][1] != b"\3":
            request = _items(fields[2][1])[0][1]
            return 0, int.from_bytes(request, "big") & 0x7FFFFFFF
        message = _items(fields[1][1])[0][1]
        pdu = _items(fields[3][1])[2][1]
        request = _items(pdu)[0][1]
    except IndexError:
        return None
    return int.from_bytes(message, "big") & 0x7FFFFFFF, int.from_bytes(request, "big") & 0x7FFFFFFF


def _items(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    at = 0
    while at < len(data):
        size = data[at + 1]
        start = at + 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[at + 2 : start], "big")
        found.append((data[at], data[start : start + size]))
        at = start + size
    return found


async def try_answers(
    engine: str, version: SnmpVersion, answers: Iterable[bytes], corpus: Mapping[str, bytes]
) -> list[Trial]:
    """Give each answer to a GET and a table of an agent of its own, then ask for the honest one."""
    wire = open_snmp(engine)
    credential = Credential("fuzz", version, Secret("public"), user="u")
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(answer: bytes) -> Trial:
        async with room:
            try:
                async with asyncio.timeout(_HANGS_AFTER):
                    complaint = await _complain(wire, credential, answer, corpus)
            except TimeoutError:
                complaint = "hangs"
            except Exception as error:  # noqa: BLE001 - to be found is what they are here for
                complaint = f"raised {error!r}"
            return Trial(engine, version, answer, complaint)

    try:
        return await asyncio.gather(*map(one, answers))
    finally:
        await wire.close()


async def _complain(
    wire: Snmp, credential: Credential, answer: bytes, corpus: Mapping[str, bytes]
) -> str:
    transport, mirror = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Mirror(corpus, credential.version), local_addr=("127.0.0.1", 0)
    )
    try:
        endpoint = Endpoint("127.0.0.1", transport.get_extra_info("sockname")[1])
        memory = DeviceMemory()
        mirror.evil = answer
        how: dict[str, Any] = {"timeout": _EVIL_SECONDS, "retries": 0}
        for reply in (
            await wire.get(endpoint, credential, tuple(_VALUES), memory, **how),
            await wire.table(endpoint, credential, (f"{_TABLE}.10", f"{_TABLE}.11"), memory, **how),
        ):
            if complaint := _unreadable(reply):
                return complaint
        mirror.evil = None
        how["timeout"] = _HONEST_SECONDS
        for _ in range(_HONEST_RUNS):
            reply = await wire.get(endpoint, credential, tuple(_VALUES), memory, **how)
            if reply.outcome is Outcome.ANSWERED and reply.values == _VALUES:
                return ""
        return f"did not hear the honest answer: {reply.outcome.name} {reply.reason}"
    finally:
        transport.close()


def _unreadable(reply: SnmpReply) -> str:
    if (reply.reason == "") != (reply.outcome is Outcome.ANSWERED):
        return f"{reply.outcome.name} with reason {reply.reason!r}"
    if reply.reason and f"wire.reason.{reply.reason}" not in TEXTS:
        return f"a reason without a sentence: {reply.reason}"
    for oid, value in reply.values.items():
        if not isinstance(value, int | float | bytes | str):
            return f"{oid} is a {value.__class__.__name__}"
    return ""


def mutate(answer: bytes, others: Sequence[bytes], dice: random.Random) -> bytes:
    """Change an answer a little: bytes, lengths, order; the ids mostly stay."""
    changed = bytearray(answer)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(changed) + 1)
        match dice.randrange(7):
            case 0 if at < len(changed):
                changed[at] ^= 1 << dice.randrange(8)
            case 1 if at < len(changed):
                changed[at] = dice.choice((0, 1, 0x7F, 0x80, 0x81, 0x84, 0x88, 0xFF))
            case 2:
                changed[at:at] = dice.randbytes(dice.randint(1, 4))
            case 3:
                del changed[at : at + dice.randint(1, 4)]
            case 4:
                piece = changed[at : at + dice.randint(1, 40)]
                changed[at:at] = piece * dice.randint(1, 3)
            case 5:
                other = dice.choice(others)
                begin = dice.randrange(len(other) + 1)
                changed[at:] = other[begin:]
            case _:
                changed[at : at + 2] = bytes((dice.choice((2, 4, 5, 6, 0x30, 0x41, 0x46, 0xA2)), 0))
    return bytes(changed[:_LARGEST])


def _write(found: Iterable[Trial], folder: Path, seed: int) -> Path:
    path = folder / f"found-{seed}.txt"
    with path.open("a") as file:
        for number, trial in enumerate(found):
            file.write(f"# {trial.engine} v{trial.version}: {trial.complaint[:80]}\n")
            file.write(f"found-{seed}-{monotonic():.0f}-{number} {trial.answer.hex()}\n")
    return path


def main() -> int:
    """Try until the time is over."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=int(time()))
    parser.add_argument("--engine", choices=ENGINES)
    options = parser.parse_args()
    corpus = read_corpus()
    seeds = [answer for answer in corpus.values() if len(answer) < 4096]
    dice = random.Random(options.seed)
    engines = [options.engine] if options.engine else list(ENGINES)
    if find_spec("gufo") is None:
        engines = [name for name in engines if name != "gufo"]
    before = _megabytes()
    under_way = Path(tempfile.gettempdir()) / f"fuzz-{options.seed}.txt"
    print(f"seed {options.seed}; answers under way are in {under_way}, should the process die")
    tried: Counter[str] = Counter()
    killers = 0
    until = monotonic() + options.seconds
    with _no_traces():
        while monotonic() < until:
            for engine in engines:
                version = dice.choice(VERSIONS)
                count = 400 if engine == "gufo" else 40
                answers = [mutate(dice.choice(seeds), seeds, dice) for _ in range(count)]
                under_way.write_text("".join(f"x{n} {a.hex()}\n" for n, a in enumerate(answers)))
                trials = asyncio.run(try_answers(engine, version, answers, corpus))
                tried[f"{engine} v{version}"] += count
                found = [trial for trial in trials if trial.complaint]
                if found:
                    print(f"{found[0].complaint}\n  -> {_write(found, CORPUS, options.seed)}")
                    killers += len(found)
    under_way.unlink()
    for name, count in sorted(tried.items()):
        print(f"{name:12} {count:8,} answers")
    print(f"{killers} killers; the process grew by {_megabytes() - before:.0f} MB")
    return 1 if killers else 0


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _no_traces() -> Iterator[None]:
    """Let the traces of caught panics go nowhere."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


if __name__ == "__main__":
    raise SystemExit(main())
