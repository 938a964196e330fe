"""Makes reports of carriers and their views: plain functions, called in a process of their own.

The command line calls the same ones.
"""

from __future__ import annotations

import gc
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from runtime.plugins import OF_ALL, OF_ONE, renderers
from runtime.reports.form import MADE, Made, Order, Rendered
from runtime.reports.inputs import gather, with_sums
from runtime.reports.views import render, render_leader, render_link
from sla import build, register, report
from sla.changes import Change, changes
from sla.inputs import Register
from sla.report import Report
from sla.ruleset import RuleSet
from store import link_days, reports
from store.errors import StoreError
from store.reports import Place

_log = logging.getLogger("extranet.reports")


Tell = Callable[[int, int], None]
JSON: Final = "json"
JSON_MEDIA: Final = "application/json"


class StoppedError(Exception):
    """Whoever wanted the report wants it no more."""


def make(order: Order, tell: Tell) -> tuple[Made, tuple[Change, ...]]:
    """Make a report and keep it with what it was made from.

    `tell`: is told how far it is, `done` of `of`; what it raises ends the work. Raises StoreError.
    """
    document, data, changed, rules = compose(order, tell)
    sha256 = report.digest(data)
    views, failed = _views(order, document, sha256)
    made = Made(
        sha256=sha256,
        made_at=order.now,
        start=document.start,
        end=document.end,
        provisional=document.provisional,
        previous=document.previous,
        rules=document.rules_sha256,
        tree=document.tree_size,
        root=document.tree_sha256,
        changed=sum(end - start for _, start, end, _, _ in changed),
        not_rendered=failed,
        left_out=document.left_out,
    )
    reports.write(
        order.store,
        order.place,
        {
            reports.REGISTER: order.register,
            reports.RULES: rules.text.encode(),
            MADE: msgspec.json.encode(made, order="sorted"),
            reports.REPORT: data,
            **views,
        },
    )
    return made, changed


class Composed(NamedTuple):
    """A document, its bytes, what differs from the revision before, and by which rules."""

    document: Report
    data: bytes
    changed: tuple[Change, ...]
    rules: RuleSet


def compose(order: Order, tell: Tell) -> Composed:
    """Make a report and keep nothing. Raises StoreError, RulesError, and what `tell` raises."""
    gc.disable()  # hundreds of thousands of values that all live to the end
    try:
        return _composed(order, tell)
    finally:
        gc.enable()


def _composed(order: Order, tell: Tell) -> Composed:
    known: Register = register.decode(order.register)
    half = len(known.links) + 2
    steps = 2 * half
    tell(0, steps)
    before = _earlier(order)
    inputs = gather(
        order.store, known, order.window, order.rules,
        revision=order.place.revision, previous=order.earlier,
    )  # fmt: skip
    tell(1, steps)
    prepared = build.prepare(inputs, lambda done: tell(1 + done, steps))
    full = with_sums(order.store, prepared)
    document = build.report(full, prepared, lambda done: tell(half + done, steps))
    data = report.encode(document)
    changed = () if before is None else changes(before, document)
    tell(steps, steps)
    return Composed(document, data, changed, inputs.rules)


def _views(
    order: Order, document: Report, sha256: str
) -> tuple[Mapping[str, bytes], tuple[str, ...]]:
    """Make the views that are kept beside a report; one that cannot be made keeps back no other."""
    made: dict[str, bytes] = {}
    failed: list[str] = []
    for form in order.views:
        for language in order.languages:
            try:
                view = render(form, document, sha256, language)
            except Exception:  # noqa: BLE001 - a plug-in, or what it needs, is missing
                _log.exception("a report could not be rendered", extra={"format": form})
                failed.append(form)
            else:
                made[f"report.{language}.{form}"] = view.content
    return made, tuple(dict.fromkeys(failed))


def _earlier(order: Order) -> Report | None:
    """Return the revision before. Raises StoreError: it, or what it is about, was changed."""
    if not order.earlier:
        return None
    before = order.place._replace(revision=order.place.revision - 1)
    found, _ = load(order.store, before, order.earlier)
    for name, data, said in (
        (reports.REGISTER, order.register, found.register_sha256),
        (reports.RULES, order.rules.text.encode(), found.rules_sha256),
    ):
        if hashlib.sha256(data).hexdigest() != said:
            raise StoreError(
                "corrupt", reports.folder_of(order.store, before) / name, f"not {said}"
            )
    return found


def load(store: Path, place: Place, sha256: str) -> tuple[Report, str]:
    """Return a report and its SHA-256; `sha256` "" = whatever is there.

    Raises StoreError.
    """
    data = raw(store, place, sha256)
    try:
        return report.decode(data), report.digest(data)
    except (msgspec.MsgspecError, ValueError) as error:
        path = reports.folder_of(store, place) / reports.REPORT
        raise StoreError("corrupt", path, str(error)) from error


def raw(store: Path, place: Place, sha256: str) -> bytes:
    """Return the bytes of a report, as above: what is hashed, whoever wrote it in which version."""
    try:
        return reports.read(store, place, sha256=sha256)
    except FileNotFoundError as error:
        path = reports.folder_of(store, place) / reports.REPORT
        raise StoreError("corrupt", path, "missing") from error


def figures(store: Path, place: Place, sha256: str, link: str | None) -> bytes | None:
    """Return a report without its circuits as JSON, or one circuit; None = no such circuit.

    Raises StoreError.
    """
    found, digest = load(store, place, sha256)
    links = tuple(one for one in found.links if one.link == link)
    if link is not None and not links:
        return None
    body: Mapping[str, Any] = {
        "sha256": digest,
        "report": msgspec.structs.replace(
            found, links=(), credits=msgspec.structs.replace(found.credits, lines=())
        ),
    }
    if link is None:
        rows = [_brief(one) for one in found.links]
        return msgspec.json.encode({**body, "links": rows})
    mine: Sequence[object] = [line for line in found.credits.lines if line.link == link]
    return msgspec.json.encode({**body, "link": links[0], "credits": mine})


def _brief(one: report.Link) -> Mapping[str, object]:
    """Return the row of a circuit in a list."""
    return {
        "link": one.link,
        "title": one.title,
        "level": one.level,
        "status": one.status,
        "settled": one.settled,
        "met": one.met,
        "outages": len(one.outages),
        "down_seconds": one.seconds["DOWN"],
        "credit_fen": one.credit_fen,
    }


def view(
    store: Path, place: Place, sha256: str, form: str, language: str, link: str
) -> Rendered | None:
    """Return a report in a format; None = it has no such circuit.

    JSON is the file itself. Raises StoreError, NoSuchFormatError, and what renderers raise.
    """
    if form == JSON:
        return Rendered(raw(store, place, sha256), JSON_MEDIA)
    found, digest = load(store, place, sha256)
    return rendered(store, found, digest, form, language, link)


def rendered(
    store: Path, found: Report, digest: str, form: str, language: str, link: str
) -> Rendered | None:
    """Return a report in another format than JSON, as above."""
    if form == OF_ONE:
        if all(one.link != link for one in found.links):
            return None
        days = link_days.read(store / "history", link, found.start, found.end, found.zone)
        return render_link(found, digest, language, link, days)
    return render(form, found, digest, language)


def leader(
    store: Path,
    found: Sequence[tuple[Place, str]],
    before: Sequence[tuple[Place, str]],
    language: str,
) -> Rendered:
    """Return the page over all carriers of a period; `before`: those of the period before.

    Each with its SHA-256, "" = whatever is there. Raises StoreError, NoSuchFormatError.
    """
    reports_ = [load(store, place, sha256) for place, sha256 in found]
    earlier = [load(store, place, sha256)[0] for place, sha256 in before]
    return render_leader(reports_, earlier, language)


def formats() -> list[str]:
    """Return in which formats one report can be had."""
    return [name for name in dict.fromkeys((JSON, *renderers())) if name != OF_ALL]
