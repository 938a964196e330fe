"""`extranet host-keys`: which SSH host keys are believed, decided by a person who looked.

The file is written whole and put in its place (0600); the running monitor sees that it changed.
"""

from __future__ import annotations

import fcntl
import getpass
import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import msgspec

from collectors._ssh import Access, access_of
from collectors._text import decode
from collectors.wires._ssh_connections import Connections
from collectors.wires._ssh_failure import SshFailure
from collectors.wires._ssh_form import Job, Limits
from collectors.wires._ssh_host_keys import HostKeys, Pinned, md5, read, sha256, write
from inventory.model import Inventory
from runtime.check import check, render
from runtime.clock import monotonic, wall
from runtime.ssh.turns import way_of
from runtime.ssh.wire import HOST_KEYS
from texts.say import Language, say

_SECONDS: Final = 60.0
_YES: Final = "yes"


def run(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """List, show, pin or forget keys. 0 = done, 1 = refused or not had."""
    checked = check(options.inventory, options.config, environ)
    if not checked.good or checked.inventory is None or checked.config is None:
        print(render(checked.problems, language), file=sys.stderr)
        return 1
    path = checked.config.store.path / HOST_KEYS
    match options.action:
        case "list":
            return _list(path, options.device, language)
        case "forget":
            return _forget(path, options.device, language)
        case "scan":
            return _scan(checked.inventory, path, options.device, language)
        case _:
            return _enrol(checked.inventory, path, options, language)


def _list(path: Path, devices: Sequence[str], language: Language) -> int:
    known, unread = _known(path)
    for device in sorted(known):
        if not devices or device in devices:
            _show(device, known[device], language)
    if not known:
        print(say("host_keys.none", language))
    if unread:
        _complain("unread", language, count=unread, file=path)
    return 0


def _forget(path: Path, devices: Sequence[str], language: Language) -> int:
    if not devices:
        return _complain("name_device", language)
    with _changing(path) as keys:
        for device in devices:
            keys.pop(device, None)
    for device in devices:
        print(say("host_keys.forgotten", language, device=device))
    return 0


def _scan(inventory: Inventory, path: Path, devices: Sequence[str], language: Language) -> int:
    if not devices:
        return _complain("name_device", language)
    code = 0
    for device in devices:
        shown = _shown(inventory, path, device, language)
        if shown is None:
            code = 1
        else:
            _show(device, shown, language)
    return code


def _enrol(inventory: Inventory, path: Path, options: Namespace, language: Language) -> int:
    if len(options.device) != 1:
        return _complain("one_device", language)
    device, fingerprint = options.device[0], options.fingerprint
    shown = _shown(inventory, path, device, language)
    if shown is None:
        return 1
    if fingerprint:
        shown = tuple(key for key in shown if key.fingerprint == fingerprint)
        if not shown:
            return _complain("other", language, device=device, fingerprint=fingerprint)
    _show(device, shown, language)
    before = {key.blob for key in _known(path)[0].get(device, ())}
    if before and before.isdisjoint(key.blob for key in shown):
        print(say("host_keys.differs", language, device=device))
    if not fingerprint and _typed(say("host_keys.ask", language)) != _YES:
        return _complain("not_enrolled", language)
    when = datetime.fromtimestamp(wall(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    who = decode(options.by or getpass.getuser())
    comment = f"enrolled by {who} at {when}"
    with _changing(path) as keys:
        keys[device] = tuple(msgspec.structs.replace(key, comment=comment) for key in shown)
    print(say("host_keys.enrolled", language, device=device, count=len(shown)))
    return 0


def _typed(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        return ""


def _shown(
    inventory: Inventory, path: Path, device: str, language: Language
) -> tuple[Pinned, ...] | None:
    """Return the keys a device shows now; None = none, which was said."""
    found = inventory.devices.get(device)
    if found is None:
        near = ", ".join(get_close_matches(device, inventory.devices)) or "-"
        _complain("no_device", language, device=device, near=near)
        return None
    access = access_of(found, inventory)
    if access is None:
        _complain("no_login", language, device=device)
        return None
    try:
        shown = look(access, path)
    except SshFailure as failure:
        sentence = say(f"wire.reason.{failure.reason}", language)
        _complain("failed", language, device=failure.device or device, sentence=sentence)
        return None
    if not shown:
        _complain("nothing", language, device=device)
        return None
    return shown


def look(access: Access, path: Path) -> tuple[Pinned, ...]:
    """Return the keys a host shows, through jump hosts whose keys are pinned in the file `path`.

    Raises SshFailure.
    """
    connections = Connections(Limits(), HostKeys(path), lambda _: None)
    job = Job(
        id=0,
        kind="look",
        access=access,
        until=monotonic() + _SECONDS,
        most_bytes=0,
        may=tuple(hop.device for hop in way_of(access)),
    )
    try:
        return connections.shown(job)
    finally:
        connections.end()


def _show(device: str, keys: Sequence[Pinned], language: Language) -> None:
    for key in keys:
        fingerprint = sha256(key.blob)
        print(say("host_keys.key", language, device=device, kind=key.kind, sha256=fingerprint))
        print(say("host_keys.md5", language, md5=md5(key.blob)))
        if key.comment:
            print(say("host_keys.comment", language, comment=decode(key.comment)))


def _complain(code: str, language: Language, **parameters: object) -> int:
    print(say(f"host_keys.{code}", language, **parameters), file=sys.stderr)
    return 1


def _known(path: Path) -> tuple[dict[str, tuple[Pinned, ...]], int]:
    try:
        return read(path.read_text("utf-8", errors="replace"))
    except FileNotFoundError:
        return {}, 0


@contextmanager
def _changing(path: Path) -> Iterator[dict[str, tuple[Pinned, ...]]]:
    """Give what is pinned, to be changed in the block; one person at a time. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        keys, _ = _known(path)
        yield keys
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(write(keys))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
