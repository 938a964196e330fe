"""`extranet audit SERVICE|URL`: read a website once, now, and say what is wrong with it.

The same process does it that the monitor has do it; nothing of it is kept but what is asked for.
"""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
from pydantic import ValidationError

from collectors.audit.form import Dead, Report, Summary, Task
from collectors.website import Options
from inventory.model import Inventory
from runtime.check import check, render
from runtime.clock import wall
from runtime.services.audits import KIND, make_excel, run
from texts.say import Language, catalogue, say

_SHOWN: Final = 30
"""Rows of a list that are printed; Excel and JSON have all."""
_ADHOC: Final = "website"


def describe(parser: ArgumentParser, tell: Callable[[str], str]) -> None:
    """Name the arguments."""
    parser.add_argument("website", metavar="SERVICE|URL", help=tell("audit_what"))
    parser.add_argument("--pages", type=int, default=None, help=tell("audit_pages"))
    parser.add_argument("--pace", type=float, default=None, help=tell("audit_pace"))
    parser.add_argument("--allow", action="append", default=[], help=tell("audit_allow"))
    parser.add_argument("--excel", type=Path, default=None, help=tell("audit_excel"))
    parser.add_argument("--json", action="store_true", help=tell("audit_json"))


def command(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """Audit; 0 = done, 1 = a mistake in words or files, 2 = the site could not be audited."""
    task = _task(options, environ, language)
    if task is None:
        return 1
    with TemporaryDirectory() as folder:
        document = Path(folder) / "audit.json"
        summary = asyncio.run(_audit(task, document, options, language))
        if summary is None:
            print(say("audit.no_excel", language), file=sys.stderr)
            return 1
        if summary.failure:
            why = _why(summary.failure, language)
            print(say("audit.not_audited", language, why=why), file=sys.stderr)
            return 2
        whole = document.read_bytes()
    if options.json:
        sys.stdout.buffer.write(whole + b"\n")
    else:
        report = msgspec.json.decode(whole, type=Report)
        print("\n".join(explain(report, language)))
    return 0


def _why(failure: str, language: Language) -> str:
    said = say(f"audit.why.{failure}", language)
    return said if said != f"audit.why.{failure}" else say(f"wire.reason.{failure}", language)


def _task(options: Namespace, environ: Mapping[str, str], language: Language) -> Task | None:
    """Return what to do: the probe of a service, or a URL with what usually holds."""
    words = options.website
    changes = {"max_pages": options.pages, "pace": options.pace, "allow": options.allow}
    given = {name: value for name, value in changes.items() if value}
    if "://" in words:
        said: dict[str, object] = {"url": words}
        service = _ADHOC
    else:
        checked = check(options.inventory, options.config, environ)
        if not checked.good or checked.inventory is None:
            print(render(checked.problems, language), file=sys.stderr)
            return None
        found = _options_of(checked.inventory, words)
        if found is None:
            print(say("audit.no_such", language, name=words), file=sys.stderr)
            return None
        said, service = found, words
    try:
        return Options.model_validate(said | given).task(service, "")
    except ValidationError as error:
        for one in error.errors():
            place, code = ".".join(str(part) for part in one["loc"]), f"problem.{one['type']}"
            what = say(code, language) if code in catalogue() else one["msg"]
            print(f"{place}: {what}", file=sys.stderr)
        return None


def _options_of(inventory: Inventory, name: str) -> dict[str, object] | None:
    service = inventory.services.get(name)
    probes = () if service is None else service.probes
    return next((dict(one.options) for one in probes if one.kind == KIND), None)


async def _audit(
    task: Task, document: Path, options: Namespace, language: Language
) -> Summary | None:
    """Audit and write the Excel file; None = it could not be written."""

    def progress(pages: int, requests: int) -> None:
        said = say("audit.progress", language, pages=pages, requests=requests)
        print(f"\r{said}", end="", file=sys.stderr, flush=True)

    shows = sys.stderr.isatty()
    summary = await run(task, int(wall()), document, progress if shows else None)
    if shows:
        print(file=sys.stderr)
    if options.excel is None or summary.failure:
        return summary
    made = await make_excel(document, language)
    if made is None:
        return None
    try:
        await asyncio.to_thread(options.excel.write_bytes, made)
    except OSError:
        return None
    return summary


def explain(report: Report, language: Language) -> Iterator[str]:
    """Yield what was found, in lines."""

    def tell(code: str, **parameters: object) -> str:
        return say(f"audit.{code}", language, **parameters)

    summary = report.summary
    yield f"{tell('sum.site')}: {summary.url}"
    yield f"{tell('sum.score')}: {summary.score}"
    for line in report.deductions:
        yield f"  -{line.points:g}  {tell(f'line.{line.code}')}: {line.count}"
    vetoes = "; ".join(tell(f"veto.{one}") for one in summary.veto)
    yield f"{tell('sum.veto')}: {vetoes or tell('none')}"
    if summary.partial:
        yield f"{tell('sum.partial')}: {tell(f'why.{summary.partial}')}"
    yield f"{tell('sum.pages')}: {summary.counts.pages}"
    yield f"{tell('sum.newest')}: {summary.newest or '-'}"
    yield from _dead(tell, "sheet.dead", report.dead_links)
    yield from _dead(tell, "sheet.pictures", report.pictures)
    yield f"{tell('sheet.columns')}: {len(report.columns)}"
    for column in report.columns[:_SHOWN]:
        verdict = tell(f"verdict.{column.verdict}")
        yield f"  {verdict}  {column.title}  {column.newest}  {column.url}"
    others = [one for one in report.problems if one.code not in _LISTED]
    if others:
        yield f"{tell('sheet.pages')}: {len(others)}"
    for one in others[:_SHOWN]:
        yield f"  {tell(f'code.{one.code}')}  {one.page}  {one.target}"
    for name, count in report.lost.items():
        yield f"{tell('sum.lost', what=tell(f'lost.{name}'))}: {count}"


_LISTED: Final = frozenset({"dead_link", "picture", "column_empty", "column_stale"})


def _dead(tell: Callable[..., str], title: str, rows: Sequence[Dead]) -> Iterator[str]:
    yield f"{tell(title)}: {len(rows)}"
    for one in rows[:_SHOWN]:
        status = f" {one.status}" if one.status else ""
        yield f"  {tell(f'why.{one.why}')}{status}  {one.url}  「{one.text}」"
        if one.where:
            yield f"      {tell('head.where')}: {one.where[0]}"
