"""`extranet sla log ...`: look at the evidence log, check all of it, take back countersignatures.

    verify         every leaf, hash and checkpoint, and each record of the ledger; with --evidence
                   also every line of every hour, and every sealed day
    show           print the newest checkpoint
    compare FILE   is a checkpoint that somebody kept the beginning of this log?
    countersign FILE   sign a checkpoint as a witness (needs no store)
    cosign FILE    keep the countersignatures of a witness

All but `cosign` only read, and all may run beside the monitor.
"""

from __future__ import annotations

import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from runtime.assessments.rulesets import RulesError
from runtime.assessments.rulesets import load as load_rules
from runtime.check import render
from runtime.clock import wall
from runtime.commands.keys import read_passphrase
from runtime.config import Config, load_config
from runtime.evidence.log_key import LogKeyError, public_key
from runtime.program import tell as tell_of_store
from sla.canonical import RecordLeaf, leaf_of, record_leaf
from sla.proof import keys, note
from sla.proof.keys import KeyFileError
from sla.proof.note import Note, NoteError, Verifier
from store import days
from store.errors import StoreError
from store.evidence import hours_kept
from store.evidence_check import Finding, verify
from store.evidence_leaves import leaves_of
from store.evidence_log import EVIDENCE, FOLDER, EvidenceLog, read_log
from store.evidence_notes import add_cosignature, cosignature
from store.ledger import FILE, open_reader
from texts.say import Language, say

_ACTIONS: Final = ("verify", "show", "compare", "countersign", "cosign")
_SHOWN: Final = 10
"""Places that are named of each kind of finding."""


class _RefusedError(Exception):
    """What was asked for cannot be done. `code`: of a sentence."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = parameters


def describe(parser: ArgumentParser, tell: Callable[[str], str]) -> None:
    """Name the arguments."""
    parser.add_argument("action", choices=_ACTIONS, help=tell("sla_log_action"))
    parser.add_argument("file", nargs="?", type=Path, default=None, help=tell("sla_log_file"))
    parser.add_argument("--config", type=Path, default=SUPPRESS, help=tell("config"))
    parser.add_argument("--key", default="", help=tell("sla_log_key"))
    parser.add_argument("--witness-key", default="", help=tell("sla_log_witness_key"))
    parser.add_argument("--evidence", action="store_true", help=tell("sla_log_evidence"))
    parser.add_argument("--with", dest="sign_with", type=Path, default=None,
                        help=tell("sla_log_with"))  # fmt: skip
    parser.add_argument("--name", default="", help=tell("sla_key_name"))
    parser.add_argument("--passphrase-file", type=Path, default=None, help=tell("sla_passphrase"))


def run(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """Do one of them; 0 = done and good, 1 = something is wrong, or it cannot be done."""
    try:
        if options.action == "countersign":
            return _countersign(options, language)
        config, problems = load_config(options.config, environ)
        if config is None:
            print(render(problems, language), file=sys.stderr)
            return 1
        return _ABOUT_A_STORE[options.action](options, config, language)
    except StoreError as error:
        print(tell_of_store(error, language), file=sys.stderr)
    except LogKeyError as error:
        print(say(f"evidence_log.{error.code}", language), file=sys.stderr)
    except KeyFileError as error:
        print(say(f"key.{error.code}", language, path=error.path), file=sys.stderr)
    except NoteError as error:
        print(say(f"note.{error.code}", language), file=sys.stderr)
    except _RefusedError as error:
        print(say(error.code, language, **error.parameters), file=sys.stderr)
    except RulesError as error:
        print(render(error.problems, language), file=sys.stderr)
    except OSError as error:
        print(error, file=sys.stderr)
    return 1


def _verify(options: Namespace, config: Config, language: Language) -> int:
    store = config.store.path
    folder = store / FOLDER
    known = _known(options, folder)
    if known is None:
        raise _RefusedError("log.unsigned")
    if not options.key:
        print(say("log.own_key", language, key=known.text), file=sys.stderr)
    with closing(open_reader(store / FILE)) as ledger:
        records = {one.number: record_leaf(one) for one in ledger.records()}
    checked = verify(folder, known, records)
    findings = list(checked.findings)
    # What the monitor filed in this moment may not be a leaf yet.
    waits = {one for one in findings if one.code == "record_missing" and one.where == max(records)}
    findings = [one for one in findings if one not in waits]
    for line in _findings(findings, language):
        print(line)
    wrong = 0
    if options.evidence:
        zone = load_rules(config.assessment.rules).zone
        wrong = _evidence(read_log(folder), store / EVIDENCE, language)
        wrong += _days(store / EVIDENCE, zone, language)
    print(
        say(
            "log.checked", language,
            leaves=checked.leaves, checkpoints=checked.checkpoints, covered=checked.covered,
        )
    )  # fmt: skip
    good = not findings and not wrong
    print(say("log.good" if good else "log.bad", language))
    return 0 if good else 1


def _findings(findings: Sequence[Finding], language: Language) -> Iterator[str]:
    """Yield a line for the first places of each kind, and how many more there are."""
    seen: Counter[str] = Counter()
    for one in findings:
        seen[one.code] += 1
        if seen[one.code] <= _SHOWN:
            yield say(f"log.found.{one.code}", language, where=one.where)
    for code, count in seen.items():
        if count > _SHOWN:
            what = say(f"log.found.{code}", language, where="...")
            yield say("log.more", language, count=count - _SHOWN, what=what)


def _evidence(log: EvidenceLog, folder: Path, language: Language) -> int:
    """Compare each hour that is kept with its leaves; return how many are wrong."""
    said: dict[int, set[bytes]] = {}
    for index in range(len(log)):
        leaf = log.leaf(index)
        read = leaf_of(leaf)
        if not isinstance(read, RecordLeaf):
            said.setdefault(read.hour, set()).add(leaf)
    wrong = 0
    kept = hours_kept(folder)
    for hour in sorted(said.keys() - set(kept)):
        wrong += 1
        print(say("log.hour_missing", language, hour=hour))
    for hour in kept:
        if hour not in said:
            continue  # it was kept a moment ago
        try:
            good = set(leaves_of(folder, hour)) == said[hour]
        except StoreError as error:
            good = False
            print(tell_of_store(error, language), file=sys.stderr)
        if not good:
            wrong += 1
            print(say("log.hour_differs", language, hour=hour))
    return wrong


def _days(folder: Path, zone: str, language: Language) -> int:
    """Add every sealed day up again from its hours; return how many circuits' days are wrong."""
    wrong = 0
    for day in days.sealed(folder):
        try:
            found = days.recompute_day(folder, day, zone)
        except StoreError as error:
            wrong += 1
            print(tell_of_store(error, language), file=sys.stderr)
            continue
        wrong += len(found)
        for one in found[:_SHOWN]:
            print(say("log.day_differs", language, day=f"{day:%Y-%m-%d}", link=one.link))
    return wrong


def _show(options: Namespace, config: Config, language: Language) -> int:
    del options, language
    newest = read_log(config.store.path / FOLDER).notes.newest()
    if newest is None:
        raise _RefusedError("log.unsigned")
    sys.stdout.buffer.write(note.encode(newest))
    return 0


def _compare(options: Namespace, config: Config, language: Language) -> int:
    folder = config.store.path / FOLDER
    kept, log = _note_of(options.file), read_log(folder)
    known, said = _known(options, folder), note.parse_checkpoint(kept.text)
    if known is None or not note.is_signed(kept, known):
        raise _RefusedError("log.not_signed_by_log")
    good = said.size <= len(log)
    if good:
        roots = log.roots(said.size)
        good = said.sha256 == roots.sha256 and said.sm3 in {None, roots.sm3}
    code = "log.is_beginning" if good else "log.is_not_beginning"
    print(say(code, language, size=said.size, now=len(log)))
    return 0 if good else 1


def _cosign(options: Namespace, config: Config, language: Language) -> int:
    folder = config.store.path / FOLDER
    given = _note_of(options.file)
    own = read_log(folder).notes.same(given)
    if own is None:
        raise _RefusedError("log.not_ours")
    witnesses = _witnesses(options, config)
    if not witnesses:
        raise _RefusedError("log.no_witness_key")
    kept = 0
    for one in given.signatures:
        alone = Note(own.text, (one,))
        by = next((known for known in witnesses if note.is_signed(alone, known)), None)
        if by is None or one in own.signatures:
            continue
        add_cosignature(folder, cosignature(own, one, int(wall())))
        print(say("log.cosigned", language, name=by.name))
        kept += 1
    if not kept and not any(note.is_signed(own, known) for known in witnesses):
        raise _RefusedError("log.no_countersignature")
    return 0


def _witnesses(options: Namespace, config: Config) -> list[Verifier]:
    words = [options.witness_key] if options.witness_key else []
    words += [witness.key for witness in config.witnesses.values() if witness.key]
    return [note.parse_verifier(word) for word in words]


def _countersign(options: Namespace, language: Language) -> int:
    """Sign a checkpoint that the log signed; print it with the new line."""
    if options.sign_with is None or not options.name or not options.key:
        raise _RefusedError("log.countersign_needs")
    given = _note_of(options.file)
    note.parse_checkpoint(given.text)
    if not note.is_signed(given, note.parse_verifier(options.key)):
        raise _RefusedError("log.not_signed_by_log")
    key = keys.read(
        options.sign_with, read_passphrase(options.passphrase_file, language, new=False)
    )
    line = note.cosign(given, options.name, key, int(wall()))
    sys.stdout.buffer.write(note.encode(Note(given.text, (*given.signatures, line))))
    return 0


def _known(options: Namespace, folder: Path) -> Verifier | None:
    """Return the log's public key: the one that was given, or the one that lies beside it."""
    return note.parse_verifier(options.key) if options.key else public_key(folder)


def _note_of(file: Path | None) -> Note:
    """Read a note out of a file, also out of a mail that was saved. Raises NoteError, OSError."""
    if file is None:
        raise _RefusedError("log.needs_file")
    with file.open("rb") as content:
        data = content.read(note.LARGEST + 1)
    return note.parse(note.unwrapped(data))


_ABOUT_A_STORE: Final[Mapping[str, Callable[[Namespace, Config, Language], int]]] = {
    "verify": _verify,
    "show": _show,
    "compare": _compare,
    "cosign": _cosign,
}
