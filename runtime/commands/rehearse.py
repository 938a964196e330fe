"""`extranet rehearse SERVICE... | --group ID`: the before-meeting check at the command line.

With echo sockets of its own: it disturbs no monitor that runs, and needs none.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final
from unicodedata import east_asian_width

from api.ports_reports import NodeHeard
from collectors.wires.echo import open_echo
from inventory.model import Inventory
from runtime.check import check, render
from runtime.services.rehearsal import (
    MOST_NODES,
    MOST_SECONDS,
    Node,
    lasts,
    nodes_of,
    rehearse,
    unchecked,
    waves_of,
)
from texts.say import Language, say

_HEADS: Final = ("node", "loss", "jitter", "delay", "mos", "rating", "verdict", "what")
_WIDEST: Final = 40


def describe(command: argparse.ArgumentParser, tell: Callable[[str], str]) -> None:
    """Say which words the command takes."""
    command.add_argument("service", nargs="*", help=tell("rehearse_service"))
    command.add_argument("--group", default="", help=tell("rehearse_group"))
    command.add_argument("--minutes", type=minutes, default=1.0, help=tell("rehearse_minutes"))


def minutes(text: str) -> float:
    """Read how long. Raises ValueError, which argparse puts into words."""
    wanted = float(text)
    if not 0 < wanted <= MOST_SECONDS / 60:
        raise ValueError(text)
    return wanted


def run(options: argparse.Namespace, environ: Mapping[str, str], language: Language) -> int:
    """Check and print a table.

    0 = every node can take part, 1 = a mistake in words or files, 2 = some node cannot.
    """
    checked = check(options.inventory, options.config, environ)
    if not checked.good or checked.inventory is None:
        print(render(checked.problems, language), file=sys.stderr)
        return 1
    problem = _problem(options.service, options.group, checked.inventory, language)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    nodes = nodes_of(checked.inventory, options.service, options.group)
    seconds = max(1, round(options.minutes * 60))
    waves, total = len(waves_of(nodes)), lasts(nodes, seconds)
    print(
        say(
            "rehearse.begins", language, count=len(nodes), seconds=seconds, waves=waves, total=total
        ),
        flush=True,
    )
    try:
        found = asyncio.run(_rehearse(nodes, seconds))
    except PermissionError:
        print(say("ask.icmp_not_permitted", language), file=sys.stderr)
        return 1
    except OSError as error:
        why = error.strerror or type(error).__name__
        print(say("ask.no_socket", language, reason=why), file=sys.stderr)
        return 1
    found += unchecked(checked.inventory, options.service, options.group)
    print("\n".join(table(found, language)))
    go = sum(one.go is True for one in found)
    print(say("rehearse.sum", language, go=go, count=len(found)))
    return 0 if go == len(found) else 2


def _problem(services: Sequence[str], group: str, inventory: Inventory, language: Language) -> str:
    """Say what is wrong with who is named; "" where nothing is."""
    if group and group not in inventory.service_groups:
        return say("rehearse.unknown_group", language, group=group)
    known = {node.service for node in nodes_of(inventory, inventory.services)}
    for name in services:
        if name not in known:
            near = ", ".join(get_close_matches(name, known)) or "-"
            return say("rehearse.unknown_service", language, service=name, near=near)
    count = len(nodes_of(inventory, services, group))
    if not count:
        return say("rehearse.nobody", language)
    if count > MOST_NODES:
        return say("rehearse.too_many", language, count=count, most=MOST_NODES)
    return ""


async def _rehearse(nodes: Sequence[Node], seconds: int) -> list[NodeHeard]:
    """Open the wires that are needed, listen, and close them. Raises PermissionError."""
    wires = {"icmp": open_echo("icmp"), "udp": open_echo("udp")}
    found: dict[str, NodeHeard] = {}

    def tell(one: NodeHeard) -> None:
        found[one.service] = one

    needed = [wires[name] for name in {node.question.wire for node in nodes}]
    try:
        for wire in needed:
            await wire.start()
        await rehearse(nodes, wires, seconds, tell)
    finally:
        for wire in needed:
            await wire.close()
    return [found[node.service] for node in nodes]


def table(found: Sequence[NodeHeard], language: Language) -> list[str]:
    """Return the table in lines: a head, and a line for each node."""
    rows = [tuple(say(f"rehearse.head.{head}", language) for head in _HEADS)]
    rows += [_row(one, language) for one in found]
    widths = [max(_width(row[place]) for row in rows) for place in range(len(_HEADS) - 1)]
    return [
        "  ".join(
            [
                *(_padded(cell, width) for cell, width in zip(row[:-1], widths, strict=True)),
                row[-1],
            ]
        ).rstrip()
        for row in rows
    ]


def _row(one: NodeHeard, language: Language) -> tuple[str, ...]:
    verdict = {True: "go", False: "no_go", None: "unknown"}[one.go]
    title = f"{one.title} ({one.service})" if one.title else one.service
    comma = "；" if language == "zh" else "; "
    return (
        title[:_WIDEST],
        "-" if one.loss_ratio is None else f"{one.loss_ratio * 100:.2f} %",
        _milliseconds(one.jitter_seconds),
        _milliseconds(one.delay_seconds),
        "-" if one.mos is None else f"{one.mos:.1f}",
        one.rating or "-",
        say(f"rehearse.{verdict}", language),
        comma.join(say(f"wire.reason.{reason}", language) for reason in one.reasons),
    )


def _milliseconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1000:.1f} ms"


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese letters take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
