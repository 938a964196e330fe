"""Bridging, merging and the flash filter, in this order (methodology 1.5, steps 1-4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sla.timeline import Raw, Run, Span


@dataclass(frozen=True, slots=True)
class Episode:
    """Down runs that count as one, from its first down second to its last."""

    start: int
    end: int
    down: tuple[Span, ...]
    start_censored: bool
    end_censored: bool

    @property
    def seconds(self) -> int:
        """Down seconds, without the gaps."""
        return sum(end - start for start, end in self.down)


@dataclass(frozen=True, slots=True)
class Horizon:
    """The bridged timeline over the window and every raw run, with its episodes."""

    runs: tuple[Run, ...]
    kept: tuple[Episode, ...]
    flashes: tuple[Episode, ...]

    def downtime(self, *, span: bool) -> list[Run]:
        """Return the timeline with flashes degraded; `span`: gaps in kept episodes are down."""
        flash = [part for episode in self.flashes for part in episode.down]
        runs = _paint(self.runs, flash, "G")
        if span:
            runs = _paint(runs, [(episode.start, episode.end) for episode in self.kept], "D")
        return runs


def episodes_of(
    window: Span, raw: Iterable[Run], bridge: int, merge_gap: int, d_min: int
) -> Horizon:
    """Bridge short unknown runs, merge down runs into episodes, tell flashes from outages."""
    runs = _bridged(_without_gaps(window, raw), bridge)
    groups: list[list[int]] = []
    for index, run in enumerate(runs):
        if run.state != "D":
            continue
        if groups and run.start - runs[groups[-1][-1]].end < merge_gap:
            groups[-1].append(index)
        else:
            groups.append([index])
    episodes = [_episode(runs, group) for group in groups]
    return Horizon(
        tuple(runs),
        tuple(episode for episode in episodes if episode.seconds >= d_min),
        tuple(episode for episode in episodes if episode.seconds < d_min),
    )


def _episode(runs: list[Run], group: list[int]) -> Episode:
    first, last = group[0], group[-1]
    return Episode(
        start=runs[first].start,
        end=runs[last].end,
        down=tuple((runs[index].start, runs[index].end) for index in group),
        start_censored=first > 0 and runs[first - 1].state == "K",
        end_censored=last + 1 < len(runs) and runs[last + 1].state == "K",
    )


def _without_gaps(window: Span, raw: Iterable[Run]) -> list[Run]:
    """Fill what no run covers with up, and join equal neighbours."""
    given = sorted((run for run in raw if run.start < run.end), key=lambda run: run.start)
    at = min(window[0], given[0].start) if given else window[0]
    end = max([window[1], *(run.end for run in given)])
    found: list[Run] = []
    for run in given:
        if run.start < at:
            raise ValueError(f"raw runs overlap at {run.start}")
        _append(found, "U", at, run.start)
        _append(found, run.state, run.start, run.end)
        at = run.end
    _append(found, "U", at, end)
    return found


def _bridged(runs: list[Run], bridge: int) -> list[Run]:
    """Give a short unknown run the state of its neighbours when they agree (1.16: U beside G)."""
    found: list[Run] = []
    for index, run in enumerate(runs):
        state = run.state
        if state == "K" and run.end - run.start <= bridge and 0 < index < len(runs) - 1:
            before, after = runs[index - 1].state, runs[index + 1].state
            if (before == "D") == (after == "D"):
                state = "D" if before == "D" else "U"
        _append(found, state, run.start, run.end)
    return found


def _paint(runs: Iterable[Run], spans: list[Span], state: Raw) -> list[Run]:
    """Give the seconds of `spans` (disjoint, in order, within the timeline) another state."""
    found: list[Run] = []
    at = 0
    for run in runs:
        here = run.start
        while at < len(spans) and spans[at][0] < run.end:
            start, end = max(spans[at][0], here), min(spans[at][1], run.end)
            _append(found, run.state, here, start)
            _append(found, state, start, end)
            here = max(here, end)
            if spans[at][1] > run.end:
                break
            at += 1
        _append(found, run.state, here, run.end)
    return found


def _append(found: list[Run], state: Raw, start: int, end: int) -> None:
    if start >= end:
        return
    if found and found[-1].state == state:
        found[-1] = Run(state, found[-1].start, end)
    else:
        found.append(Run(state, start, end))
