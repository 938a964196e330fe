"""Each day's checkpoint reaches its witnesses, once, and what they hand back is kept if it is good.

A real log, real HTTP on loopback, the command line as a person uses it; only the clock is ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from functools import wraps
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from alerts.notifiers import webhook
from runtime.cli import main
from runtime.config import Plugin, Witness, load_config
from runtime.evidence.log_key import log_key
from runtime.evidence.witnesses import WitnessKeeping
from sla.canonical import MonitorLeaf, encode
from sla.proof import keys, note
from sla.proof.note import Checkpoint, Note
from store.evidence_log import FOLDER, open_log, read_log
from store.evidence_notes import attempts
from store.ledger import open_ledger
from tests.alerts.receivers import Web, web_server

_NOON = 1_795_579_200  # 2026-11-25 12:00 in Asia/Shanghai
_DAY = 86_400


def awaited(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test in a loop of its own."""

    @wraps(test)
    def run(**given: Any) -> None:
        asyncio.run(test(**given))

    return run


def _sign(store: Path, at: int) -> None:
    """Let the log grow by a leaf and be signed."""
    log = open_log(store / FOLDER)
    log.append([encode(MonitorLeaf(at, (), (), None))])
    signer, roots = log_key(store / FOLDER, "example/extranet"), log.roots()
    said = Checkpoint("example/extranet", len(log), roots.sha256, roots.sm3, at)
    log.notes.add(note.sign(said.text, "example/extranet", signer.key))
    log.close()


class Scene:
    """A log, a witness behind a web server, and a clock."""

    def __init__(self, store: Path, served: Web, http: aiohttp.ClientSession) -> None:
        self.store = store
        self.served = served
        self.http = http
        self.now = _NOON
        self.keeping = self.begun()

    def begun(self) -> WitnessKeeping:
        options = webhook.Options.model_validate({"url": self.served.url})
        witnesses = {"telecom": Witness(Plugin("webhook", options), "")}
        return WitnessKeeping(self.store / FOLDER, witnesses, "en", lambda: self.now)

    async def turn(self) -> None:
        await self.keeping.catch_up(self.http)

    @property
    def told(self) -> list[int]:
        """The size of each checkpoint that arrived."""
        notes = [note.parse(note.unwrapped(body["text"].encode())) for body in self.served.bodies]
        return [note.parse_checkpoint(one.text).size for one in notes]


async def _scene(store: Path, stack: AsyncExitStack) -> Scene:
    served = await stack.enter_async_context(web_server())
    http = await stack.enter_async_context(aiohttp.ClientSession())
    return Scene(store, served, http)


@awaited
async def test_a_witness_is_given_a_days_first_checkpoint_once(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        scene = await _scene(tmp_path, stack)
        for hours in (0, 1, 24, 25):
            scene.now = _NOON + 3600 * hours
            _sign(tmp_path, scene.now)
            await scene.turn()
    assert scene.told == [1, 3]


@awaited
async def test_what_arrives_is_signed_by_the_log(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        scene = await _scene(tmp_path, stack)
        _sign(tmp_path, _NOON)
        await scene.turn()
        text = scene.served.bodies[0]["text"]
    known = log_key(tmp_path / FOLDER, "example/extranet").known
    assert note.is_signed(note.parse(note.unwrapped(text.encode())), known)


@awaited
async def test_a_witness_that_is_away_is_given_every_day_later(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        scene = await _scene(tmp_path, stack)
        scene.served.answers = [(503, {}), (503, {}), (200, {})]
        for day in range(3):
            scene.now = _NOON + day * _DAY
            _sign(tmp_path, scene.now)
            await scene.turn()
        scene.now += 7200
        await scene.turn()
    kept = attempts(tmp_path / FOLDER)
    assert [(one.day, one.ok) for one in kept] == [
        ("2026-11-25", False), ("2026-11-25", False),
        ("2026-11-25", True), ("2026-11-26", True), ("2026-11-27", True),
    ]  # fmt: skip


@awaited
async def test_a_witness_that_fails_is_left_alone_for_a_while(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        scene = await _scene(tmp_path, stack)
        scene.served.answers = [(503, {})]
        _sign(tmp_path, _NOON)
        for scene.now in (_NOON, _NOON + 30, _NOON + 61, _NOON + 90):
            await scene.turn()
    assert len(scene.served.requests) == 2


@awaited
async def test_a_restart_tells_nobody_twice(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        scene = await _scene(tmp_path, stack)
        _sign(tmp_path, _NOON)
        await scene.turn()
        scene.keeping = scene.begun()
        await scene.turn()
    assert scene.told == [1]


@awaited
async def test_days_in_which_nothing_was_signed_are_nobodys(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        scene = await _scene(tmp_path, stack)
        for day in (0, 3):
            scene.now = _NOON + day * _DAY
            _sign(tmp_path, scene.now)
            await scene.turn()
    assert scene.told == [1, 2]


@awaited
async def test_a_witness_that_waits_for_days_is_unhealthy(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        scene = await _scene(tmp_path, stack)
        scene.served.answers = [(503, {})]
        _sign(tmp_path, _NOON)
        await scene.turn()
        first = scene.keeping.health()["witnesses"]["ok"]
        scene.now += 2 * _DAY
        await scene.turn()
    part = scene.keeping.health()["witnesses"]
    assert (first, part["reason"], part["detail"]) == (True, "witness_behind", "telecom")


# The configuration.


def _configured(folder: Path, witness: str) -> tuple[Any, set[str]]:
    path = folder / "monitor.yaml"
    path.write_text(f"assessment: {{witnesses: {{telecom: {witness}}}}}\n")
    config, problems = load_config(path, {})
    return config, {one.code for one in problems if one.severity == "error"}


def test_a_witness_is_a_channel_and_a_key(tmp_path: Path) -> None:
    config, _ = _configured(
        tmp_path, "{channel: {kind: webhook, url: 'https://witness.example/hook'}}"
    )
    assert config.witnesses["telecom"].channel.kind == "webhook"


@pytest.mark.parametrize(
    ("witness", "code"),
    [
        ("{channel: {kind: pigeon}}", "unknown_kind"),
        ("{channel: {kind: alertmanager, url: 'https://a.example'}}", "witness_stateful"),
        (
            "{channel: {kind: webhook, url: 'https://a.example'}, key: abc}",
            "bad_verifier",
        ),
    ],
)
def test_a_witness_that_cannot_be_told_is_refused(tmp_path: Path, witness: str, code: str) -> None:
    _, codes = _configured(tmp_path, witness)
    assert code in codes


# The command line.


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store whose log was signed, with its configuration beside it."""
    (tmp_path / "monitor.yaml").write_text("store: {path: var}\n")
    open_ledger(tmp_path / "var", _NOON).close()
    _sign(tmp_path / "var", _NOON)
    return tmp_path / "var"


def _extranet(store: Path, *words: object) -> int:
    config = str(store.parent / "monitor.yaml")
    with pytest.raises(SystemExit) as ended:
        main(["--language", "en", "sla", "--config", config, *map(str, words)])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_a_log_that_nobody_touched_is_whole(store: Path) -> None:
    assert _extranet(store, "log", "verify") == 0


def test_a_flipped_byte_is_found_and_named(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leaves = store / FOLDER / "leaves.jsonl"
    leaves.write_bytes(leaves.read_bytes().replace(b"null", b"1234", 1))
    assert _extranet(store, "log", "verify") == 1
    assert "leaf 0: other bytes" in capsys.readouterr().out


def test_a_witness_countersigns_and_the_line_is_kept(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = store.parent / "passphrase"
    secret.write_text("correct horse\n")
    mine = ("--name", "telecom", "--passphrase-file", secret)
    assert _extranet(store, "key", "new", store.parent / "w.key", "--witness", *mine) == 0
    witness = capsys.readouterr().out.strip()
    assert _extranet(store, "log", "show") == 0
    given = store.parent / "given"
    given.write_text(f"Dear colleague,\r\n{note.wrapped(note.parse(_out(capsys)))}\nregards")

    known = (store / FOLDER / "log.pub").read_text().strip()
    signing = ("--with", store.parent / "w.key", "--key", known, *mine)
    assert _extranet(store, "log", "countersign", given, *signing) == 0
    back = store.parent / "back"
    back.write_bytes(_out(capsys))
    assert _extranet(store, "log", "cosign", back, "--witness-key", witness) == 0

    newest = read_log(store / FOLDER).notes.newest()
    assert newest is not None
    assert note.is_signed(newest, note.parse_verifier(witness))


def _out(capsys: pytest.CaptureFixture[str]) -> bytes:
    return capsys.readouterr().out.encode()


def test_a_countersignature_of_a_stranger_is_refused(store: Path) -> None:
    newest = read_log(store / FOLDER).notes.newest()
    assert newest is not None
    stranger, friend = (keys.make(store.parent / name) for name in ("a.key", "b.key"))
    line = note.cosign(newest, "telecom", stranger, _NOON)
    back = store.parent / "back"
    back.write_bytes(note.encode(Note(newest.text, (line,))))
    known = note.verifier("telecom", friend.public_key(), note.COSIGNATURE).text
    assert _extranet(store, "log", "cosign", back, "--witness-key", known) == 1


def test_a_countersignature_of_another_log_is_refused(
    store: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    _sign(other, _NOON + 1)
    newest = read_log(other / FOLDER).notes.newest()
    assert newest is not None
    friend = keys.make(store.parent / "b.key")
    line = note.cosign(newest, "telecom", friend, _NOON)
    back = store.parent / "back"
    back.write_bytes(note.encode(Note(newest.text, (*newest.signatures, line))))
    known = note.verifier("telecom", friend.public_key(), note.COSIGNATURE).text
    assert _extranet(store, "log", "cosign", back, "--witness-key", known) == 1


def test_a_checkpoint_that_was_kept_is_the_beginning_of_the_log(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _extranet(store, "log", "show")
    kept = store.parent / "kept"
    kept.write_bytes(_out(capsys))
    _sign(store, _NOON + 3600)
    assert _extranet(store, "log", "compare", kept) == 0


def test_a_log_that_was_written_anew_does_not_begin_with_it(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever has the log key can sign another past; the kept checkpoint gives them away."""
    _extranet(store, "log", "show")
    kept = store.parent / "kept"
    kept.write_bytes(_out(capsys))
    for name in ("leaves.jsonl", "hashes", "checkpoints.jsonl"):
        (store / FOLDER / name).unlink()
    _sign(store, _NOON + 3600)
    assert _extranet(store, "log", "verify") == 0
    assert _extranet(store, "log", "compare", kept) == 1


def test_what_is_no_checkpoint_is_refused(store: Path) -> None:
    (store.parent / "no").write_text("no checkpoint")
    assert _extranet(store, "log", "compare", store.parent / "no") == 1
