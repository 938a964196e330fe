"""`extranet sla key new FILE`: make a key that signs reports or countersigns checkpoints."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from getpass import getpass
from pathlib import Path
from typing import Final

from sla.proof import keys, note
from sla.proof.keys import KeyFileError
from texts.say import Language, say

_LONGEST: Final = 1024


def describe(parser: ArgumentParser, tell: Callable[[str], str]) -> None:
    """Name the arguments."""
    parser.add_argument("action", choices=("new", "show"), help=tell("sla_key_action"))
    parser.add_argument("file", type=Path, help=tell("sla_key_file"))
    parser.add_argument("--name", required=True, help=tell("sla_key_name"))
    parser.add_argument("--witness", action="store_true", help=tell("sla_key_witness"))
    parser.add_argument("--passphrase-file", type=Path, default=None, help=tell("sla_passphrase"))


def run(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """Make or read a key and print its public half in one word; 0 = done, 1 = refused."""
    del environ
    if not note.is_name(options.name):  # before a key is made
        print(say("note.bad_name", language), file=sys.stderr)
        return 1
    try:
        passphrase = read_passphrase(options.passphrase_file, language, new=options.action == "new")
        made = keys.make if options.action == "new" else keys.read
        key = made(options.file, passphrase)
        kind = note.COSIGNATURE if options.witness else note.ED25519
        print(note.verifier(options.name, key.public_key(), kind).text)
    except KeyFileError as error:
        print(say(f"key.{error.code}", language, path=error.path), file=sys.stderr)
        return 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def read_passphrase(file: Path | None, language: Language, *, new: bool) -> bytes:
    """Return a key's passphrase: the first line of a file, or what is typed; b"" = none.

    Where nobody is there to type, there is none. Raises OSError.
    """
    if file is not None:
        with file.open("rb") as content:
            return content.readline(_LONGEST).rstrip(b"\r\n")
    if not sys.stdin.isatty():
        return b""
    typed = getpass(say("key.passphrase_prompt", language))
    if new and typed and getpass(say("key.passphrase_again", language)) != typed:
        raise OSError(say("key.passphrase_differs", language))
    return typed.encode()
