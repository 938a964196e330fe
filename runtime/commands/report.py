"""`extranet sla report`, `leader` and `close`: reports from the store, and the end of a period.

`report` only reads, and may run beside the monitor: a settled period is read as it was settled, any
other is made from what the store says now. `close` writes a record, so the monitor must not run.
"""

from __future__ import annotations

import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from api.ports import Person
from api.roles import decides
from api.scope import assesses
from inventory.model import Inventory
from runtime.assessments.rules_in_force import in_force
from runtime.assessments.rulesets import RulesError
from runtime.assessments.rulesets import load as load_rules
from runtime.check import check, render
from runtime.clock import wall
from runtime.doors import person_of
from runtime.program import tell as tell_of_store
from runtime.reports.form import Order, Rendered, closed_as
from runtime.reports.shelf import look, settled
from runtime.reports.views import NoSuchFormatError
from runtime.reports.work import JSON, JSON_MEDIA, compose, leader, load, make, raw, rendered
from sla import report
from sla.deadlines import freezes
from sla.periods import PeriodError, before, parse, whole
from sla.records import PeriodClosed, Record
from sla.register import encode, register_of
from sla.report import Report
from sla.ruleset import RuleSet
from store import reports
from store.entries import RecordEntry
from store.errors import StoreError
from store.ledger import FILE, open_ledger, open_reader
from store.reports import Place
from texts.say import Language, say

_WIDTH: Final = 40
_SHOWN: Final = 20
"""Circuits that are named in a refusal; the report that was made names all."""


class _RefusedError(Exception):
    """What was asked for cannot be done. `code`: of a sentence."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = parameters


@dataclass(frozen=True, slots=True)
class _Here:
    """What the commands work with."""

    store: Path
    inventory: Inventory
    rules: RuleSet
    now: int


def describe_report(parser: ArgumentParser, tell: Callable[[str], str]) -> None:
    """Name the arguments of `report`."""
    _describe(parser, tell)
    parser.add_argument("--format", default="json", help=tell("report_format"))
    parser.add_argument("--link", default="", help=tell("report_link"))
    parser.add_argument("--revision", type=int, default=0, help=tell("report_revision"))
    parser.add_argument("--out", type=Path, default=None, help=tell("report_out"))
    parser.add_argument("--language", choices=("en", "zh"), default=SUPPRESS, help=tell("language"))


def describe_close(parser: ArgumentParser, tell: Callable[[str], str]) -> None:
    """Name the arguments of `close`."""
    _describe(parser, tell)
    parser.add_argument("--by", required=True, help=tell("close_by"))
    parser.add_argument("--correct", action="store_true", help=tell("close_correct"))
    parser.add_argument("--anyway", action="store_true", help=tell("close_anyway"))


def describe_leader(parser: ArgumentParser, tell: Callable[[str], str]) -> None:
    """Name the arguments of `leader`."""
    parser.add_argument("period", help=tell("report_period"))
    parser.add_argument("--inventory", type=Path, default=None, help=tell("inventory"))
    parser.add_argument("--config", type=Path, default=None, help=tell("config"))
    parser.add_argument("--out", type=Path, default=None, help=tell("report_out"))
    parser.add_argument("--language", choices=("en", "zh"), default=SUPPRESS, help=tell("language"))


def _describe(parser: ArgumentParser, tell: Callable[[str], str]) -> None:
    parser.add_argument("carrier", help=tell("report_carrier"))
    parser.add_argument("period", help=tell("report_period"))
    parser.add_argument("--inventory", type=Path, default=None, help=tell("inventory"))
    parser.add_argument("--config", type=Path, default=None, help=tell("config"))


def run_report(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """Write a report in a format; 0 = done, 1 = it cannot be, and nothing was written."""
    return _guarded(_report, options, environ, language)


def run_close(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """Settle a period; 0 = done, 1 = it cannot be."""
    return _guarded(_close, options, environ, language)


def run_leader(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """Write the page over all carriers; 0 = done, 1 = it cannot be."""
    return _guarded(_leader, options, environ, language)


def _guarded(
    work: Callable[[_Here, Namespace, Language], None],
    options: Namespace,
    environ: Mapping[str, str],
    language: Language,
) -> int:
    checked = check(options.inventory, options.config, environ)
    if not checked.good or checked.inventory is None or checked.config is None:
        print(render(checked.problems, language), file=sys.stderr)
        return 1
    try:
        rules = load_rules(checked.config.assessment.rules)
        here = _Here(checked.config.store.path, checked.inventory, rules, int(wall()))
        work(here, options, language)
    except StoreError as error:
        print(tell_of_store(error, language), file=sys.stderr)
    except RulesError as error:
        print(render(error.problems, language), file=sys.stderr)
    except PeriodError as error:
        print(say("api.unknown_period", language, period=error.period), file=sys.stderr)
    except _RefusedError as error:
        print(say(error.code, language, **error.parameters), file=sys.stderr)
    except OSError as error:
        print(error, file=sys.stderr)
    else:
        return 0
    return 1


def _known(here: _Here, options: Namespace) -> None:
    if options.carrier not in here.inventory.carriers:
        raise _RefusedError("api.unknown_carrier", carrier=options.carrier)


def _report(here: _Here, options: Namespace, language: Language) -> None:
    _known(here, options)
    with closing(open_reader(here.store / FILE)) as reader:
        closed = [body for _, body in settled(reader.records(), options.carrier, options.period)]
    wanted = options.revision or len(closed)
    if not closed and not options.revision:
        parse(options.period, here.now, here.rules.zone)
        order = _order(here, options, closed)
        made = compose(order, _progress())
        found, data = made.document, made.data
    elif 1 <= wanted <= len(closed):
        body = closed[wanted - 1]
        place = Place(body.carrier, body.period, body.revision)
        found, data = load(here.store, place, body.report)[0], raw(here.store, place, body.report)
    else:
        raise _RefusedError("api.unknown_report", carrier=options.carrier, period=options.period)
    digest = report.digest(data)
    view = (
        Rendered(data, JSON_MEDIA)
        if options.format == JSON
        else _rendered(here.store, found, digest, options, language)
    )
    if options.out is None:
        sys.stdout.buffer.write(view.content)
        return
    options.out.write_bytes(view.content)
    print(
        say(
            "report.written", language, file=options.out, state=_state(found, closed, language),
            sha256=digest,
        ),
        file=sys.stderr,
    )  # fmt: skip


def _leader(here: _Here, options: Namespace, language: Language) -> None:
    earlier = before(options.period)
    with closing(open_reader(here.store / FILE)) as reader:
        records = reader.records()
    found = _holding(here.store, records, options.period)
    if not found:
        raise _RefusedError("api.no_report_of_anybody", period=options.period)
    beside = _holding(here.store, records, earlier) if earlier else []
    view = leader(here.store, found, beside, language)
    if options.out is None:
        sys.stdout.buffer.write(view.content)
    else:
        options.out.write_bytes(view.content)


def _holding(store: Path, records: Sequence[Record], period: str) -> list[tuple[Place, str]]:
    """Return the revision that holds of each carrier's period: the last settled, else the draft."""
    drafts = {place.carrier: (place, "") for place in look(store) if place.period == period}
    closed = {
        body.carrier: (Place(body.carrier, period, body.revision), body.report)
        for _, body in settled(records)
        if body.period == period
    }
    return list((drafts | closed).values())


def _state(found: Report, closed: Sequence[PeriodClosed], language: Language) -> str:
    state = "closed" if closed else "provisional" if found.provisional else "draft"
    return say(f"report.state.{state}", language)


def _rendered(
    store: Path, found: Report, digest: str, options: Namespace, language: Language
) -> Rendered:
    try:
        view = rendered(store, found, digest, options.format, language, options.link)
    except NoSuchFormatError as error:
        raise _RefusedError("report.no_format", format=options.format) from error
    except Exception as error:
        code = getattr(error, "code", None)
        if not code:
            raise
        raise _RefusedError(
            "report.not_rendered",
            reason=say(f"report.error.{code}", language, **error.parameters),  # type: ignore[attr-defined]
        ) from error
    if view is None:
        raise _RefusedError("api.unknown_link", link=options.link)
    return view


def _order(here: _Here, options: Namespace, closed: Sequence[PeriodClosed]) -> Order:
    """Say what is to be made: of a closed period with the register and the rules of then."""
    place = Place(options.carrier, options.period, len(closed) + 1)
    window = parse(options.period, here.now, here.rules.zone)
    if not closed:
        known = encode(register_of(here.inventory, options.carrier))
        return Order(here.store, place, window, known, here.rules, "", here.now)
    before = place._replace(revision=len(closed))
    known = reports.read(here.store, before, reports.REGISTER)
    rules = load_rules(reports.folder_of(here.store, before) / reports.RULES)
    return Order(here.store, place, window, known, rules, closed[-1].report, here.now)


def _close(here: _Here, options: Namespace, language: Language) -> None:
    _known(here, options)
    parse(options.period, here.now, here.rules.zone)
    start = whole(options.period, here.rules.zone).start
    with closing(open_reader(here.store / FILE)) as reader:  # a store that is not there is not made
        frozen = freezes(options.period, in_force(reader.records(), start, here.rules))
    if here.now < frozen:
        when = datetime.fromtimestamp(frozen, ZoneInfo(here.rules.zone))
        raise _RefusedError(
            "api.too_early_to_close", period=options.period, when=f"{when:%Y-%m-%d %H:%M}"
        )
    with closing(open_ledger(here.store, here.now)) as ledger:
        accounts = ledger.reads.accounts()
        people = [person_of(one.person) for one in accounts if one.revoked_at is None]
        _may_decide(options.by, options.carrier, people)
        records: Sequence[Record] = ledger.reads.records()
        closed = [body for _, body in settled(records, options.carrier, options.period)]
        if closed and not options.correct:
            raise _RefusedError("api.period_is_closed", period=options.period, revision=len(closed))
        if options.correct and not closed:
            raise _RefusedError("api.period_is_open", period=options.period)
        order = _order(here, options, closed)
        made, changed = make(order, _progress())
        if made.left_out and not options.anyway:
            circuits = ", ".join(made.left_out[:_SHOWN])
            raise _RefusedError("api.circuits_left_out", circuits=circuits)
        body = closed_as(order.place, made, changed)
        ledger.append([RecordEntry(here.now, options.by, body)])
    print(
        say(
            "report.closed", language, carrier=options.carrier, period=options.period,
            revision=body.revision, sha256=body.report, changed=made.changed,
        )
    )  # fmt: skip


def _may_decide(name: str, carrier: str, people: Sequence[Person]) -> None:
    person = next((one for one in people if one.name == name), None)
    if person is None or not (decides(person) and assesses(person, carrier)):
        raise _RefusedError("report.may_not_close", name=name)


def _progress() -> Callable[[int, int], None]:
    """Return what shows how far it is, where a person looks on."""
    if not sys.stderr.isatty():
        return lambda done, of: None  # noqa: ARG005 - nobody looks on
    shown = [-1]

    def show(done: int, of: int) -> None:
        part = done * _WIDTH // of if of else 0
        if part != shown[0]:
            shown[0] = part
            end = "\n" if done == of else ""
            bar = "#" * part + "." * (_WIDTH - part)
            print(f"\r[{bar}]", end=end, file=sys.stderr, flush=True)

    return show
