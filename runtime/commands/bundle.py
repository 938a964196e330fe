"""`extranet sla bundle`, `verify` and `recompute`: what a report was made from, for anybody.

The last two need no store, no inventory and no network, only the bundle.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from runtime.assessments.rulesets import RulesError, load, parse_text
from runtime.check import check as check_files
from runtime.check import render
from runtime.clock import wall
from runtime.commands.keys import read_passphrase
from runtime.config import Config, load_config
from runtime.evidence.log_key import PRIVATE, LogKeyError, public_key
from runtime.program import tell as store_tells
from runtime.reports import bundle_files
from runtime.reports.bundle_files import BundleFiles
from runtime.reports.bundle_work import NoBundleError, Signing, Wanted, bundle, code_sha256
from sla import report as reports
from sla.bundle import derived
from sla.bundle_check import BundleError, Checked, check
from sla.bundle_inputs import first_difference, inputs_in, report_of
from sla.periods import PeriodError
from sla.proof import keys, note
from sla.proof.keys import KeyFileError
from sla.proof.note import NoteError, Verifier
from store import evidence_log
from store.errors import StoreError
from texts.say import Language, say

_SUFFIX: Final = "/report"


def describe_bundle(parser: ArgumentParser, tell: Callable[[str], str]) -> None:
    """Name the arguments of `bundle`."""
    parser.add_argument("--inventory", type=Path, default=None, help=tell("inventory"))
    parser.add_argument("--config", type=Path, default=None, help=tell("config"))
    parser.add_argument("carrier", help=tell("bundle_carrier"))
    parser.add_argument("period", help=tell("bundle_period"))
    parser.add_argument("--out", type=Path, default=None, help=tell("bundle_out"))
    parser.add_argument("--key", type=Path, default=None, help=tell("bundle_key"))
    parser.add_argument("--name", default="", help=tell("bundle_name"))
    parser.add_argument("--passphrase-file", type=Path, default=None, help=tell("sla_passphrase"))
    parser.add_argument("--anyway", action="store_true", help=tell("bundle_anyway"))


def describe_check(parser: ArgumentParser, tell: Callable[[str], str]) -> None:
    """Name the arguments of `verify` and `recompute`."""
    parser.add_argument("bundle", type=Path, help=tell("bundle_file"))
    parser.add_argument("--log-key", default="", help=tell("bundle_log_key"))
    parser.add_argument("--report-key", default="", help=tell("bundle_report_key"))


def make(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """Write a bundle; 0 = done, 1 = there is none, and why is said."""
    try:
        return _make(options, environ, language)
    except NoBundleError as error:
        print(_why_none(error, language), file=sys.stderr)
    except PeriodError as error:
        print(say(f"api.{error.code}", language, period=error.period), file=sys.stderr)
    except RulesError as error:
        print(render(error.problems, language), file=sys.stderr)
    except KeyFileError as error:
        print(say(f"key.{error.code}", language, path=error.path), file=sys.stderr)
    except NoteError as error:
        print(say(f"note.{error.code}", language), file=sys.stderr)
    except LogKeyError as error:
        print(say("bundle.no_log_key", language, path=error.path), file=sys.stderr)
    except BundleError as error:
        print(_wrong(error, language), file=sys.stderr)
    except StoreError as error:
        print(store_tells(error, language), file=sys.stderr)
    except OSError as error:
        print(error, file=sys.stderr)
    return 1


def _make(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    checked = check_files(options.inventory, options.config, environ)
    config = _config(options, environ)
    if not checked.good or checked.inventory is None or config is None:
        print(render(checked.problems, language), file=sys.stderr)
        return 1
    folder = config.store.path / evidence_log.FOLDER
    known = public_key(folder)
    if known is None:
        raise NoBundleError("no_checkpoint")
    wanted = Wanted(
        store=config.store.path,
        carrier=options.carrier,
        period=options.period,
        inventory=checked.inventory,
        rules=load(config.assessment.rules),
        now=int(wall()),
        readme=readme().encode(),
        anyway=options.anyway,
    )
    signing = _signing(options, folder, known, language)
    made = bundle(wanted, signing, known.text)
    out = options.out or Path(f"{options.carrier}-{options.period}.zip")
    bundle_files.write(out, made.files)
    print(
        say(
            "bundle.written", language, file=out, sha256=reports.digest(reports.encode(made.report))
        )
    )
    print(say(f"bundle.signed_by_{signing.by}", language, key=signing.key))
    if made.missing:
        print(say("bundle.hours_missing", language, count=made.missing))
    if made.differs:
        print(say("bundle.anyway_differs", language, count=len(made.differs)))
    if made.instead_of:
        print(say("bundle.anyway_instead", language, sha256=made.instead_of))
    if made.left_out:
        print(say("bundle.anyway_left_out", language, circuits=", ".join(made.left_out)))
    return 0


def _config(options: Namespace, environ: Mapping[str, str]) -> Config | None:
    config, _ = load_config(options.config, environ)
    return config


def readme() -> str:
    """Return what stands in a bundle's README, in both languages."""
    return "\n".join(say("bundle.readme", language) for language in ("en", "zh")) + "\n"


def _signing(options: Namespace, folder: Path, known: Verifier, language: Language) -> Signing:
    """Return who signs: the report key if one is given, else the log key.

    Raises KeyFileError, OSError, NoteError (`bad_name`).
    """
    if options.key is None:
        key, name, by = keys.read(folder / PRIVATE), known.name, "log"
    else:
        passphrase = read_passphrase(options.passphrase_file, language, new=False)
        key, by = keys.read(options.key, passphrase), "report"
        name = options.name or known.name + _SUFFIX
    word = note.verifier(name, key.public_key()).text
    return Signing(lambda text: note.sign(text, name, key), word, by)


def verify(options: Namespace, _environ: Mapping[str, str], language: Language) -> int:
    """Check a bundle: 0 = all of it is signed and logged, 1 = something is wrong."""
    return _with(options, language, lambda _files, checked: _verified(checked, language))


def recompute(options: Namespace, _environ: Mapping[str, str], language: Language) -> int:
    """Check a bundle and make its report again: 0 = the same bytes, 1 = others, or it is wrong."""
    return _with(options, language, lambda files, checked: _recomputed(files, checked, language))


def _with(
    options: Namespace, language: Language, work: Callable[[BundleFiles, Checked], int]
) -> int:
    try:
        given = [
            note.parse_verifier(x) if x else None for x in (options.log_key, options.report_key)
        ]
    except NoteError:
        print(say("bundle.bad_key", language), file=sys.stderr)
        return 1
    try:
        with closing(BundleFiles(options.bundle)) as files:
            checked = check(files, files.lines, *given)
            if not checked.known:
                print(say("bundle.own_keys", language), file=sys.stderr)
            return work(files, checked)
    except BundleError as error:
        print(_wrong(error, language), file=sys.stderr)
    except OSError as error:
        print(error, file=sys.stderr)
    return 1


def _verified(checked: Checked, language: Language) -> int:
    print("\n".join(_told(checked, language)))
    return 0


def _told(checked: Checked, language: Language) -> Iterator[str]:
    manifest = checked.manifest
    yield say(
        "bundle.verified", language, carrier=manifest.carrier, period=manifest.period,
        revision=manifest.revision, sha256=manifest.report_sha256,
    )  # fmt: skip
    yield say(f"bundle.signed_by_{manifest.signed_by}", language, key=manifest.report_key)
    yield say(
        "bundle.in_log", language, leaves=len(checked.leaves), size=checked.checkpoint.size,
        root=checked.checkpoint.sha256.hex(), key=manifest.log_key,
    )  # fmt: skip
    if manifest.missing:
        yield say("bundle.hours_missing", language, count=len(manifest.missing))
    if manifest.differs:
        yield say("bundle.anyway_differs", language, count=len(manifest.differs))
    if manifest.instead_of:
        yield say("bundle.anyway_instead", language, sha256=manifest.instead_of)
    if manifest.left_out:
        yield say("bundle.anyway_left_out", language, circuits=", ".join(manifest.left_out))


def _recomputed(files: BundleFiles, checked: Checked, language: Language) -> int:
    manifest = checked.manifest
    try:
        inputs, hours = inputs_in(files, manifest, files.lines, parse_text)
        made = reports.encode(report_of(inputs, hours))
        said = derived(inputs)._asdict()
    except Exception as error:  # noqa: BLE001 - signed by somebody, and yet not what we can compute
        detail = f"{type(error).__name__}: {error}"[:200]
        print(say("bundle.not_computed", language, detail=detail), file=sys.stderr)
        return 1
    path = first_difference(files["report.json"], made)
    wrong = [f"manifest.{name}" for name, one in said.items() if getattr(manifest, name) != one]
    path = path or "".join(wrong[:1])
    if not path:
        print(say("bundle.identical", language, sha256=reports.digest(made)))
        return 0
    print(say("bundle.other_bytes", language, path=path), file=sys.stderr)
    if manifest.code_sha256 != code_sha256():
        print(say("bundle.other_code", language, code=manifest.code), file=sys.stderr)
    return 1


def _wrong(error: BundleError, language: Language) -> str:
    return say(f"bundle.wrong.{error.code}", language, name=error.name, detail=error.detail)


def _why_none(error: NoBundleError, language: Language) -> str:
    parameters = dict(error.parameters)
    spans = parameters.pop("spans", ())
    said = say(f"bundle.{error.code}", language, **parameters)
    listed = [f"  {link} [{start}, {end})" for link, start, end in spans]  # type: ignore[attr-defined]
    return "\n".join([said, *listed])
