"""Commands about the store: who may log in, backup, restore."""

from __future__ import annotations

import sys
import unicodedata
from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing

from api.roles import ROLES
from runtime.check import render
from runtime.clock import wall
from runtime.config import Config, load_config
from runtime.program import tell
from store.backup import backup, restore
from store.entries import PersonRow
from store.errors import StoreError
from store.ledger import open_ledger
from store.people import People, UnknownPersonError, load_people
from texts.say import Language, say


def people(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """List, add, renew or remove a person. The monitor must not run: it alone writes the ledger."""
    config = _config(options, environ, language)
    if config is None:
        return 1
    now = int(wall())
    try:
        with closing(open_ledger(config.store.path, now)) as ledger:
            known = load_people(ledger.reads, lambda *entries: ledger.append(entries))
            return _act(known, options, now, language)
    except StoreError as error:
        print(tell(error, language), file=sys.stderr)
        return 1


def _act(known: People, options: Namespace, now: int, language: Language) -> int:
    if options.action == "list":
        for account in known.accounts():
            if account.revoked_at is None:
                person = account.person
                scope = ", ".join((*person.sites, *person.carriers)) or "*"
                print(f"{person.name}\t{', '.join(person.roles)}\t{scope}")
        return 0
    name = options.name
    current = {a.person.name: a.person for a in known.accounts() if a.revoked_at is None}
    problem = _problem(options, current.get(name))
    if not problem and options.action == "add" and _is_like(name, known):
        problem = "alike"
    if problem:
        print(say(f"people.{problem}", language, name=name), file=sys.stderr)
        return 1
    if options.action == "remove":
        try:
            known.revoke(name, "command line", now)
        except UnknownPersonError:
            return 1
        print(say("people.removed", language, name=name))
        return 0
    before = current.get(name)
    token = known.add_person(
        name,
        tuple(options.role) or (before.roles if before else ()),
        tuple(options.site) or (before.sites if before else ()),
        tuple(options.carrier) or (before.carriers if before else ()),
        "command line",
        now,
    )
    print(say("people.added", language, name=name, token=token))
    return 0


def _problem(options: Namespace, before: PersonRow | None) -> str:
    if not options.name or (options.action == "add" and not _plain(options.name)):
        return "no_name"
    if options.action == "add" and before is not None:
        return "exists"
    if options.action != "add" and before is None:
        return "unknown"
    if not set(options.role) <= set(ROLES) or (options.action == "add" and not options.role):
        return "no_role"
    roles = options.role or (before.roles if before else ())
    carriers = options.carrier or (before.carriers if before else ())
    if options.action != "remove" and "carrier" in roles and not carriers:
        return "no_carrier"
    return ""


def _is_like(name: str, known: People) -> bool:
    """Say whether a name is another spelling of one that there is or was.

    What needs two persons would be done by one who has two names that read alike.
    """
    names = {account.person.name for account in known.accounts()} - {name}
    return _plain(name) in map(_plain, names)


def _plain(name: str) -> str:
    """Return what is read of a name: no case, width, blanks, accents or invisible signs."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in letters if unicodedata.category(sign)[0] in "LN")


def copy(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """Write a backup, or bring one into an empty store."""
    config = _config(options, environ, language)
    if config is None:
        return 1
    folder, file = config.store.path, options.file
    try:
        if options.command == "backup":
            manifest = backup(folder, file, int(wall()))
            print(say("backup.written", language, file=file, count=len(manifest.files)))
        else:
            restore(file, folder)
            print(say("restore.done", language, file=file, directory=folder))
    except StoreError as error:
        print(tell(error, language), file=sys.stderr)
        return 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _config(options: Namespace, environ: Mapping[str, str], language: Language) -> Config | None:
    config, problems = load_config(options.config, environ)
    if config is None:
        print(render(problems, language), file=sys.stderr)
    return config
