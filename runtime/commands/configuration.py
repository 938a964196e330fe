"""`extranet configuration list|show|diff|restore`: what is kept, read where it lies.

The monitor may run meanwhile. Only `restore` needs the key, and it writes a file that nobody but
its owner may read: a configuration with its secrets is never shown.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from inventory.edge import ZONE, is_id
from runtime.check import render
from runtime.config import load_config
from runtime.program import tell
from runtime.sections.configurations import sealing_key
from store.configurations import Configurations
from store.errors import StoreError
from store.revisions import Revision
from texts.say import Language, say

ACTIONS: Final = ("list", "show", "diff", "restore")
_SHOWN: Final = 12
"""Digits of a revision that are shown; as many as are needed may be typed."""
_MOST: Final = 10_000
_PRIVATE: Final = 0o600


class _NotDoneError(Exception):
    """Said in words already."""


def describe(parser: ArgumentParser, tell: Callable[[str], str]) -> None:
    """Name the arguments."""
    parser.add_argument("action", choices=ACTIONS, help=tell("configuration_action"))
    parser.add_argument("device", nargs="?", default="", help=tell("configuration_device"))
    parser.add_argument("--revision", default="", help=tell("configuration_revision"))
    parser.add_argument("--from", dest="since", default="", help=tell("configuration_from"))
    parser.add_argument("--output", type=Path, default=None, help=tell("configuration_output"))


def run(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """Do one of them; 0 = done, 1 = it cannot be."""
    config, problems = load_config(options.config, environ)
    if config is None:
        print(render(problems, language), file=sys.stderr)
        return 1
    section = config.configurations
    key = sealing_key(section.key)
    store = Configurations(config.store.path, key or None, section.keep)
    try:
        if options.action == "list" and not options.device:
            _list_devices(store)
        else:
            _of_device(store, options, language, most=section.keep, has_key=bool(key))
    except StoreError as error:
        print(tell(error, language), file=sys.stderr)
        return 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    except _NotDoneError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _list_devices(store: Configurations) -> None:
    kept_at = store.kept_at()
    for device, marks in sorted(store.marks().items()):
        if "latest" in marks:
            print(f"{device}\t{_clock(kept_at.get(device, 0))}\t{marks['latest'][:_SHOWN]}")


def _of_device(
    store: Configurations, options: Namespace, language: Language, *, most: int, has_key: bool
) -> None:
    device = options.device
    found = store.revisions(device, _MOST) if is_id(device) else []
    if not found:
        code = "none" if device else "needs_device"
        raise _NotDoneError(say(f"configuration.{code}", language, device=device))
    chosen = _chosen(found, device, options.revision, language)
    match options.action:
        case "list":
            _list_revisions(store, device, found, language)
        case "show":
            print(store.text(device, chosen.revision), end="")
        case "diff":
            _diff(store, device, found, chosen, options.since, language)
        case _:
            if not has_key:
                raise _NotDoneError(say("configuration.no_key", language))
            if chosen.revision not in store.full_revisions(device):
                raise _NotDoneError(say("configuration.no_full_text", language, most=most))
            _restore(store, device, chosen.revision, options.output, language)


def _list_revisions(
    store: Configurations, device: str, found: list[Revision], language: Language
) -> None:
    full = store.full_revisions(device)
    for one in found:
        lines = f"+{one.added} -{one.removed}"
        why = say(f"configuration.why.{one.note.why}", language)
        seal = "*" if one.revision in full else ""
        print(f"{one.revision[:_SHOWN]}{seal}\t{_clock(one.note.at)}\t{lines}\t{why}")


def _diff(
    store: Configurations,
    device: str,
    found: list[Revision],
    to: Revision,
    since: str,
    language: Language,
) -> None:
    place = found.index(to)
    if since:
        before = _chosen(found, device, since, language)
    elif place + 1 < len(found):
        before = found[place + 1]
    else:
        return  # nothing was before the first
    made = store.diff(device, before.revision, to.revision, _MOST)
    print("".join(f"{line}\n" for line in made.lines), end="")
    if made.more:
        print(say("configuration.more", language, count=made.more))


def _restore(
    store: Configurations, device: str, revision: str, output: Path | None, language: Language
) -> None:
    if output is None:
        raise _NotDoneError(say("configuration.needs_output", language))
    text = store.full(device, revision)
    try:
        handle = os.open(output, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, _PRIVATE)
    except FileExistsError:
        raise _NotDoneError(say("configuration.output_exists", language, path=output)) from None
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - opened with its mode
        file.write(text)
    shown = revision[:_SHOWN]
    print(say("configuration.restored", language, path=output, device=device, revision=shown))


def _chosen(found: list[Revision], device: str, begins: str, language: Language) -> Revision:
    like = [one for one in found if one.revision.startswith(begins)] if begins else found[:1]
    if len(like) != 1:
        sentence = say("configuration.no_revision", language, device=device, revision=begins)
        raise _NotDoneError(sentence)
    return like[0]


def _clock(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, ZONE).strftime("%Y-%m-%d %H:%M:%S")
