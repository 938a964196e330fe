"""`extranet sla compute FILE`: worked cases, computed without a running monitor."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from inventory.problem import Problem
from inventory.yamlmarks import read_source
from runtime.commands import keys as key_commands
from runtime.commands import log as log_commands
from sla.case_form import CaseProblem
from sla.cases import compute_all
from texts.say import Language, say

_LARGEST: Final = 100_000_000
_SHOWN: Final = 100
"""Problems that are printed; how many there are is said in any case."""
_LONGEST: Final = 500
"""Characters of a line."""


def describe(parser: ArgumentParser, tell: Callable[[str], str]) -> None:
    """Name the arguments."""
    parser.add_argument("file", metavar="FILE", help=tell("sla_compute_file"))


def run(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """Compute cases; results go out whole or not at all. 0 = done, 1 = refused.

    A case of a kind that has no form to read is named beside the results, and alone refused.
    """
    del environ
    document = _document(options.file)
    if isinstance(document, CaseProblem):
        return _refuse([document], language)
    outcome = compute_all(document.value)
    for case, kind in outcome.refused:
        told = say("cases.refused", language, case=case, kind=kind)
        print(_printable(told), file=sys.stderr)
    if outcome.problems:
        return _refuse(outcome.problems, language)
    if not outcome.results:
        print(say("cases.none", language), file=sys.stderr)
        return 1
    said: dict[str, Any] = {
        "results": [{"id": name, "result": found} for name, found in outcome.results]
    }
    if outcome.refused:
        said["refused"] = [{"id": name, "kind": kind} for name, kind in outcome.refused]
    return _print(json.dumps(said), language)  # ASCII: whatever an id holds can be printed


def _print(said: str, language: Language) -> int:
    try:
        print(said, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        # What was not written would be tried again at the end, and told in Python's words.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(say("cases.unwritten", language, detail=error.strerror), file=sys.stderr)
        return 1
    return 0


class _Read:
    """What was read; a wrapper, since a document may be anything."""

    def __init__(self, value: object) -> None:
        self.value = value


class _RefusedError(Exception):
    """The file is JSON only nearly."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code)
        self.problem = CaseProblem("", "", code, parameters)


def _document(name: str) -> _Read | CaseProblem:
    """Read a file or standard input as JSON; decimal numbers stay text, so that they are exact."""
    if name == "-":
        data = sys.stdin.buffer.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            megabytes = _LARGEST // 1_000_000
            return CaseProblem("", "-", "file_too_large", {"megabytes": megabytes})
    else:
        source = read_source(Path(name), name, _LARGEST)
        if isinstance(source, Problem):
            return CaseProblem("", source.file, source.code, source.parameters)
        data = source.data
    try:
        return _Read(
            json.loads(
                data.decode("utf-8-sig"),
                parse_float=str,
                parse_constant=_no_number,
                object_pairs_hook=_object,
            )
        )
    except _RefusedError as error:
        return error.problem._replace(path=name)
    except UnicodeDecodeError:
        return CaseProblem("", name, "not_utf8", {})
    except RecursionError:
        return CaseProblem("", name, "case_json", {"detail": "too deep"})
    except ValueError as error:
        return CaseProblem("", name, "case_json", {"detail": str(error)})


def _no_number(said: str) -> NoReturn:
    raise _RefusedError("case_json", detail=said)


def _object(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _RefusedError("case_key_twice", key=key)
        found[key] = value
    return found


def _refuse(problems: Iterable[CaseProblem], language: Language) -> int:
    found = list(problems)
    for one in found[:_SHOWN]:
        where = say(
            "cases.case" if one.case else "cases.file", language, case=one.case, path=one.path
        )
        what = say(f"problem.{one.code}", language, **one.parameters)
        told = say("cases.problem", language, where=where.strip(), what=what)
        print(_printable(told), file=sys.stderr)
    print(say("cases.stopped", language, count=len(found)), file=sys.stderr)
    return 1


_DESCRIBED_ELSEWHERE: Final[
    Mapping[str, Callable[[ArgumentParser, Callable[[str], str]], None]]
] = {
    "key": key_commands.describe,
    "log": log_commands.describe,
}


def _printable(told: str) -> str:
    """Return a line that no file can make longer, or do more than be read."""
    return "".join(sign if sign.isprintable() else "?" for sign in told[:_LONGEST])
