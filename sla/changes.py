"""Which seconds of a report have another class than in the revision before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sla.report import Report, Span

Change = tuple[str, int, int, str, str]
"""Link, start, end, class before, class now; "" = the link was not, or is no longer, in it."""


def changes(before: Report, after: Report) -> tuple[Change, ...]:
    """Return the changed stretches by link, in the order of the later report; none touch twice."""
    old = {link.link: link.strip for link in before.links}
    new = {link.link: link.strip for link in after.links}
    names = [*new, *(name for name in old if name not in new)]
    return tuple(
        (name, start, end, was, now)
        for name in names
        if old.get(name) != new.get(name)
        for start, end, was, now in _differing(old.get(name, ()), new.get(name, ()))
    )


def _differing(
    before: Sequence[Span], after: Sequence[Span]
) -> Iterator[tuple[int, int, str, str]]:
    edges = sorted({edge for span in (*before, *after) for edge in (span.start, span.end)})
    found: list[tuple[int, int, str, str]] = []
    here = there = 0
    for start, end in pairwise(edges):
        here, was = _at(before, here, start)
        there, now = _at(after, there, start)
        if was == now:
            continue
        if found and found[-1][1:] == (start, was, now):
            found[-1] = (found[-1][0], end, was, now)
        else:
            found.append((start, end, was, now))
    yield from found


def _at(strip: Sequence[Span], place: int, second: int) -> tuple[int, str]:
    """Return where in a strip a second lies, and its class; seconds must not go back."""
    while place < len(strip) and strip[place].end <= second:
        place += 1
    inside = place < len(strip) and strip[place].start <= second
    return place, strip[place].kind if inside else ""
