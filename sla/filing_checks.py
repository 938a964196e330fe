"""What is said about a filing when it is handed in: why it is refused, or what it will not do.

Pure. A refusal is a code of `api.<code>` with its parameters; a note is a code of
`page.overlay.note.<code>`: it is taken all the same, and its filer knows at once what counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from inventory.model import Inventory
from sla.deadlines import claim_until
from sla.filings import Folding, Standing, is_own, may_replace, overlapping
from sla.honoured import announced, deserved
from sla.periods import months_of, whole
from sla.records import Kind
from sla.ruleset import RuleSet

LONGEST: Final = 31 * 86_400
MOST_LINKS: Final = 500
AHEAD: Final = 400 * 86_400
"""Seconds; what begins later than that is a mistake in the year."""
CARRIERS: Final[frozenset[Kind]] = frozenset({"M_c", "F", "P", "X"})
_WORK: Final[frozenset[Kind]] = frozenset({"M_o", "M_c"})


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something is refused; `status` as HTTP has it."""

    status: int
    code: str
    parameters: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Note:
    """What a filer should know: `notice`, `night`, `late` or `quota` with its parameters."""

    code: str
    parameters: Mapping[str, str | int]


def _no(code: str, status: int = 422, /, **parameters: str | int) -> Problem:
    return Problem(status, code, parameters)


def refusal(one: Standing, filed: Folding, inventory: Inventory, rules: RuleSet) -> Problem | None:
    """Return why a filing is refused, or None. `one.filed_at` is now, `one.evidence` is known.

    That its links are the filer's business was looked at before.
    """
    return (
        _window(one)
        or _links(one, inventory)
        or _claim(one, rules)
        or _replaces(one, filed, inventory)
        or _twice(one, filed)
    )


def _window(one: Standing) -> Problem | None:
    now = one.filed_at or 0
    if one.end <= one.start:
        return _no("overlay_reversed")
    if one.end - one.start > LONGEST:
        return _no("overlay_too_long", days=LONGEST // 86_400)
    if one.start > now + AHEAD:
        return _no("overlay_too_far", days=AHEAD // 86_400)
    if one.kind not in _WORK and one.end > now:
        return _no("overlay_not_over")
    return None


def _links(one: Standing, inventory: Inventory) -> Problem | None:
    if not one.links:
        return _no("overlay_no_link")
    if len(set(one.links)) != len(one.links):
        twice = next(name for name in one.links if one.links.count(name) > 1)
        return _no("overlay_link_twice", link=twice)
    if len(one.links) > MOST_LINKS:
        return _no("overlay_many_links", most=MOST_LINKS)
    for name in one.links:
        if name not in inventory.links:
            return _no("unknown_link", 404, link=name)
    if len(carriers_of(one.links, inventory)) > 1:
        return _no("overlay_one_carrier")
    if one.outage and not is_own(one):
        return _no("overlay_outage_elsewhere", outage=one.outage)
    if one.carrier and one.kind not in CARRIERS:
        return _no("overlay_kind_of_owner", 403, kind=one.kind)
    return None


def carriers_of(links: Iterable[str], inventory: Inventory) -> frozenset[str]:
    """Return whose the links are.

    An overlay is of one carrier's links: its record is in that carrier's bundle, which names
    nobody else's, and a correction of it too.
    """
    known = inventory.links
    return frozenset(known[name].carrier for name in links if name in known)


def _claim(one: Standing, rules: RuleSet) -> Problem | None:
    if one.kind in _WORK:
        return None
    if one.kind == "F":
        if not one.documents:
            return _no("overlay_needs_document")
        until = claim_until(one.end, rules)
        if (one.filed_at or 0) >= until:
            last = datetime.fromtimestamp(until - 1, ZoneInfo(rules.zone)).date()
            return _no("overlay_claimed_late", days=rules.claim_days, last=last.isoformat())
    return None if one.evidence else _no("overlay_needs_evidence")


def _replaces(one: Standing, filed: Folding, inventory: Inventory) -> Problem | None:
    if not one.replaces:
        return None
    earlier = filed.overlays.get(one.replaces)
    if earlier is None or not may_replace(earlier, one.carrier):
        return _no("overlay_not_replaceable", 409, overlay=one.replaces)
    if not carriers_of(earlier.links, inventory) <= carriers_of(one.links, inventory):
        return _no("overlay_other_carrier", 409, overlay=one.replaces)
    return None


def _twice(one: Standing, filed: Folding) -> Problem | None:
    found = overlapping(filed, one)
    other = next((each for each in found if each.overlay != one.replaces), None)
    return None if other is None else _no("overlay_overlaps", 409, overlay=other.overlay)


def notes(one: Standing, filed: Folding, inventory: Inventory, rules: RuleSet) -> list[Note]:
    """Return what of it will not count even when it is approved, and what quota is left.

    Of several circuits the worst is told. `filed` may hold it already.
    """
    found: dict[str, Note] = {}
    left: dict[str, int] = {}
    seen: set[tuple[int | str, ...]] = set()
    for name in one.links:
        link = inventory.links.get(name)
        if link is None:
            continue
        notice = inventory.contracts[link.contract].notice_seconds
        beside = filed.of_link(name)
        alike: tuple[int | str, ...] = (notice, *(other.overlay for other in beside))
        if alike in seen:  # most circuits of a filing have the same others
            continue
        seen.add(alike)
        reason = deserved(one, rules, notice).reason
        if reason:
            found.setdefault(reason, Note(reason, {"hours": notice // 3600}))
        for month, rest in quota_left(name, one, beside, notice, rules).items():
            left[month] = min(rest, left.get(month, rest))
    for month, rest in sorted(left.items()):
        code = "quota" if rest >= 0 else "over_quota"
        found[month] = Note(code, {"month": month, "minutes": abs(rest) // 60})
    return list(found.values())


def quota_left(
    link: str, one: Standing, others: Sequence[Standing], notice: int, rules: RuleSet
) -> Mapping[str, int]:
    """Return by month what carrier's work leaves of a circuit's quota, if all comes to pass.

    Seconds, negative = too much; of the months that `one` touches. Empty where there is no quota.
    """
    if rules.month_quota is None or one.kind != "M_c" or link not in one.links:
        return {}
    beside = [
        other
        for other in others
        if other.state in ("filed", "approved") and other.overlay not in (one.overlay, one.replaces)
    ]
    all_of_link = [deserved(other, rules, notice) for other in (*beside, replace(one))]
    owner = [span for each in all_of_link if each.by.kind == "M_o" for span in each.spans]
    found = {}
    for month, _, _ in months_of(one.start, one.end, rules.zone):
        window = whole(month, rules.zone)
        taken = announced(all_of_link, owner, window.start, window.end)
        found[month] = rules.month_quota - taken
    return found
