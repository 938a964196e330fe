"""Services and their groups: what users of the extranet use, and what it stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from inventory.model import PROFILES, Service, ServiceGroup, TargetId
from inventory.probes import service_probes
from inventory.problem import Path_, Problems
from inventory.resolve import Forms
from inventory.schema import ServiceForm, ServiceGroupForm

_SECTION_OF: Final = {
    "site": "sites", "device": "devices", "link": "links", "service": "services",
}  # fmt: skip

MOST_DEEP: Final = 50
"""Services that may stand one upon the other; who judges and who tells follows them down."""


def services(forms: Forms, problems: Problems) -> dict[str, Service]:
    """Resolve services; what they need exists, and none needs itself."""
    found = {}
    written: Mapping[str, ServiceForm] = forms.by_section["services"]
    for name, form in written.items():
        at = ("services", name)
        forms.look_up("sites", form.site, (*at, "site"), problems)
        forms.look_up("units", form.unit, (*at, "unit"), problems)
        forms.look_up("service_groups", form.group, (*at, "group"), problems)
        _check_needs(forms, form, at, problems)
        if not form.probes and not form.needs:
            problems.add(at, "service_unseen", severity="warning")
        found[name] = Service(
            name,
            form.title,
            form.kind,
            form.site,
            form.unit,
            form.group,
            tuple(tuple(map(TargetId, need)) for need in form.needs),
            form.availability,
            PROFILES[form.profile],
            form.in_service,
            service_probes(form.probes, forms.assigned, at, problems),
        )
    for circle in _circles(found):
        text = " -> ".join([*circle, circle[0]])
        problems.add(("services", circle[0], "needs"), "circular_needs", circle=text)
    for name in _too_deep(found):
        problems.add(("services", name, "needs"), "needs_too_deep", most=MOST_DEEP)
    return found


def service_groups(forms: Forms) -> dict[str, ServiceGroup]:
    """Make the groups."""
    written: Mapping[str, ServiceGroupForm] = forms.by_section["service_groups"]
    return {name: ServiceGroup(name, form.title) for name, form in written.items()}


def _check_needs(forms: Forms, form: ServiceForm, at: Path_, problems: Problems) -> None:
    for place, need in enumerate(form.needs):
        for target in need:
            kind, _, name = target.partition(":")
            forms.look_up(_SECTION_OF[kind], name, (*at, "needs", place), problems)


def _circles(services: Mapping[str, Service]) -> Iterator[list[str]]:
    """Yield circles of needs, each once: depth first, without recursion."""
    done: set[str] = set()
    for start in services:
        path: list[str] = []
        waiting: list[tuple[str, Iterator[str]]] = []
        if start not in done:
            path.append(start)
            waiting.append((start, _needed(services, start)))
        while waiting:
            here, rest = waiting[-1]
            following = next(rest, None)
            if following is None:
                waiting.pop()
                path.pop()
                done.add(here)
            elif following in path:
                yield path[path.index(following) :]
            elif following not in done:
                path.append(following)
                waiting.append((following, _needed(services, following)))


def _too_deep(services: Mapping[str, Service]) -> Iterator[str]:
    """Yield those of which a chain of needs is longer by one than is allowed; circles are left out.

    Not those above them, too: one mistake is told once.
    """
    needed_by: dict[str, list[str]] = {}
    left: dict[str, int] = {}
    for name in services:
        below = set(_needed(services, name))
        left[name] = len(below)
        for one in below:
            needed_by.setdefault(one, []).append(name)
    level = [name for name, count in left.items() if not count]
    for _ in range(MOST_DEEP):
        following = []
        for name in level:
            for above in needed_by.get(name, ()):
                left[above] -= 1
                if not left[above]:
                    following.append(above)
        level = following
    yield from level


def _needed(services: Mapping[str, Service], name: str) -> Iterator[str]:
    for need in services[name].needs:
        for target in need:
            kind, _, other = target.partition(":")
            if kind == "service" and other in services:
                yield other
