"""`extranet dispute CARRIER FILE.xlsx`: a carrier's own list of outages beside our report.

The report is the settled revision of the period where there is one, else what the record says now.
Reads the store only; nothing of the carrier's list is kept but the result that is asked for.
"""

from __future__ import annotations

import hashlib
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from inventory.model import Inventory
from runtime.assessments.rulesets import RulesError
from runtime.assessments.rulesets import load as rules_of
from runtime.check import check, render
from runtime.clock import wall
from runtime.program import tell
from runtime.reports.dispute_excel import workbook
from runtime.reports.dispute_result import Dispute, Heard, compare, document
from runtime.reports.dispute_sheet import Complaint, SheetError, Written, read
from runtime.reports.form import Order
from runtime.reports.shelf import settled
from runtime.reports.work import compose, load
from sla import register, report
from sla.canonical import HOUR
from sla.periods import PeriodError, parse
from sla.report import Report
from sla.ruleset import RuleSet
from store import evidence, reports
from store.errors import StoreError
from store.ledger import FILE, open_reader
from store.reports import Place
from texts.say import Language, say

_SHOWN: Final = 20
"""Problems that are printed; the result has all."""
_MOST_HOURS: Final = 48
"""Of a longer row the echoes are not counted: they are in the bundle."""


def describe(parser: ArgumentParser, tell: Callable[[str], str]) -> None:
    """Name the arguments."""
    parser.add_argument("carrier", help=tell("dispute_carrier"))
    parser.add_argument("list", type=Path, metavar="FILE.xlsx", help=tell("dispute_file"))
    parser.add_argument("--period", default="", help=tell("dispute_period"))
    parser.add_argument("--tolerance", type=int, default=60, help=tell("dispute_tolerance"))
    parser.add_argument("--out", type=Path, default=None, help=tell("dispute_out"))
    parser.add_argument("--json", action="store_true", help=tell("dispute_json"))


def command(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """Compare; 0 = done, 1 = a mistake in words or files, and nothing was written."""
    checked = check(options.inventory, options.config, environ)
    if not checked.good or checked.inventory is None or checked.config is None:
        print(render(checked.problems, language), file=sys.stderr)
        return 1
    config = checked.config
    try:
        rules = rules_of(config.assessment.rules)
        written, complaints = _list(options.list, rules.zone, language)
        dispute = _compare(
            options, config.store.path, checked.inventory, rules, written, complaints
        )
    except (SheetError, _NoError, PeriodError, RulesError, StoreError, OSError) as error:
        print(_why(error, language), file=sys.stderr)
        return 1
    return _tell(dispute, options, language)


def _list(
    path: Path, zone: str, language: Language
) -> tuple[Sequence[Written], Sequence[Complaint]]:
    """Read the list and say what is wrong with it. Raises SheetError, _NoError."""
    written, complaints = read(path, zone)
    _show(complaints, language)
    if not written:
        raise _NoError("nothing_read")
    return written, complaints


def _compare(
    options: Namespace,
    store: Path,
    inventory: Inventory,
    rules: RuleSet,
    written: Sequence[Written],
    complaints: Sequence[Complaint],
) -> Dispute:
    if options.carrier not in inventory.carriers:
        raise _NoError("unknown_carrier", carrier=options.carrier)
    period = options.period or _period_of(written, rules.zone)
    ours, digest, held = _report(store, inventory, options.carrier, period, rules)
    return compare(
        ours,
        digest,
        written,
        complaints,
        hashlib.sha256(options.list.read_bytes()).hexdigest(),
        _echoes(store, options.carrier),
        tolerance=options.tolerance,
        bands=held.bands,
    )


def _why(error: Exception, language: Language) -> str:
    """Say why nothing was compared."""
    match error:
        case SheetError():
            one = error.complaint
            return say(f"dispute.problem.{one.code}", language, **one.parameters)
        case _NoError():
            return say(f"dispute.{error.code}", language, **error.parameters)
        case PeriodError():
            return say("api.unknown_period", language, period=error.period)
        case RulesError():
            return render(error.problems, language)
        case StoreError():
            return tell(error, language)
        case _:
            return str(error)


class _NoError(Exception):
    """Nothing can be compared, for a reason that is said in words."""

    def __init__(self, code: str, **parameters: str) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = parameters


def _show(complaints: Sequence[Complaint], language: Language) -> None:
    for one in complaints[:_SHOWN]:
        what = say(f"dispute.problem.{one.code}", language, **one.parameters)
        place = {"sheet": one.sheet, "row": one.row, "column": one.column}
        print(say("dispute.problem_at", language, what=what, **place), file=sys.stderr)
    if len(complaints) > _SHOWN:
        more = len(complaints) - _SHOWN
        print(say("dispute.more_problems", language, count=more), file=sys.stderr)


def _period_of(written: Sequence[Written], zone: str) -> str:
    """Return the month in which all lines begin. Raises _NoError where there are several."""
    months = {f"{datetime.fromtimestamp(one.start, ZoneInfo(zone)):%Y-%m}" for one in written}
    if len(months) > 1:
        raise _NoError("no_period")
    return months.pop()


def _report(
    store: Path, inventory: Inventory, carrier: str, period: str, rules: RuleSet
) -> tuple[Report, str, RuleSet]:
    """Return our side, its SHA-256 and the rules it was made by.

    Raises StoreError, PeriodError, RulesError.
    """
    with closing(open_reader(store / FILE)) as reader:
        closed = [body for _, body in settled(reader.records(), carrier, period)]
    if closed:
        place = Place(carrier, period, closed[-1].revision)
        held = rules_of(reports.folder_of(store, place) / reports.RULES)
        return *load(store, place, closed[-1].report), held
    now = int(wall())
    known = register.encode(register.register_of(inventory, carrier))
    order = Order(
        store, Place(carrier, period, 1), parse(period, now, rules.zone), known, rules, "", now
    )
    made = compose(order, lambda _done, _of: None)
    return made.document, report.digest(made.data), made.rules


def _echoes(store: Path, carrier: str) -> Heard:
    """Return what counts the echoes of a circuit from the evidence that was kept."""
    folder = store / evidence.FOLDER

    def heard(link: str, start: int, end: int) -> tuple[int, int] | None:
        hours = evidence.hours_of(folder, carrier, start, end)
        if not hours or end - start > _MOST_HOURS * HOUR:
            return None
        sent = lost = 0
        for hour in hours:
            for line, _ in evidence.circuits_in(folder, hour, carrier, (link,)):
                for run in line.slots:
                    first = hour + run.offset
                    inside = sum(
                        start <= first + number * run.seconds < end for number in range(run.count)
                    )
                    sent, lost = sent + inside * run.sent, lost + inside * run.lost
        return sent, lost

    return heard


def _tell(dispute: Dispute, options: Namespace, language: Language) -> int:
    """Write the result and say what it is."""
    out: Path = options.out or options.list.with_name(f"{options.list.stem}-compared.xlsx")
    try:
        out.write_bytes(workbook(dispute, language))
    except OSError as error:
        why = error.strerror or type(error).__name__
        print(say("dispute.not_written", language, path=out, reason=why), file=sys.stderr)
        return 1
    if options.json:
        sys.stdout.buffer.write(document(dispute) + b"\n")
        return 0
    counts = dispute.counts()
    unclear = len(dispute.unclear)
    print(say("dispute.done", language, rows=len(dispute.rows), unclear=unclear, **counts))
    if dispute.shifted:
        print(say("dispute.shifted", language, hours=dispute.shifted))
    print(say("dispute.written", language, path=out))
    return 0
