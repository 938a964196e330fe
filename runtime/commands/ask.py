"""`extranet ask TARGET PROBE`: the very code the schedule runs, once, explained."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from collectors.wires.web import Web
from metrics.observation import Outcome, Probe
from runtime.check import check, render
from runtime.clock import monotonic, wall
from runtime.config import Config
from runtime.configurations.copies import ConfigurationKeeping, settings
from runtime.configurations.job import KIND
from runtime.planning import plan
from runtime.plugins import plugins
from runtime.services.audits import Audits
from runtime.ssh.wire import SshDoor
from texts.say import Language, say

_LONGEST: Final = 400
"""Characters of a question that are shown."""


def run(
    inventory: Path | None,
    config: Path | None,
    target: str,
    kind: str,
    environ: Mapping[str, str],
    language: Language,
) -> int:
    """Ask once and print outcome, values and transcript.

    0 = answered, 1 = not asked for a mistake in words or files, 2 = no answer, or none possible.
    """
    checked = check(inventory, config, environ)
    if not checked.good or checked.inventory is None or checked.config is None:
        print(render(checked.problems, language), file=sys.stderr)
        return 1
    by_target: dict[str, dict[str, Probe]] = {}
    for probe in plan(checked.inventory, checked.config.canaries):
        by_target.setdefault(probe.target, {})[probe.kind] = probe
    if target not in by_target:
        near = ", ".join(get_close_matches(target, by_target)) or "-"
        print(say("ask.no_target", language, target=target, near=near), file=sys.stderr)
        return 1
    probes = by_target[target]
    if kind not in probes:
        known = ", ".join(sorted(probes))
        said = say("ask.no_probe", language, target=target, probe=kind, known=known)
        print(said, file=sys.stderr)
        return 1
    try:
        answer, took = asyncio.run(_ask(probes[kind], checked.config))
    except PermissionError:
        print(say("ask.icmp_not_permitted", language), file=sys.stderr)
        return 2
    except OSError as error:
        why = error.strerror or type(error).__name__
        print(say("ask.no_socket", language, reason=why), file=sys.stderr)
        return 2
    print("\n".join(explain(probes[kind], answer, took, language)))
    return 0 if answer.outcome is Outcome.ANSWERED else 2


async def _ask(probe: Probe, config: Config) -> tuple[Answer, float]:
    """Ask within the deadline, as the runner does. Raises OSError where no echo can be sent."""
    icmp, udp = open_echo("icmp"), open_echo("udp")
    snmp = open_snmp(config.snmp.engine, trace=lambda text: print(f"  {text}"))
    wanted = {"icmp": icmp, "udp": udp}.get(getattr(probe.question, "wire", ""))
    collector = plugins("collectors")[probe.kind]
    async with AsyncExitStack() as stack:
        stack.push_async_callback(snmp.close)
        if wanted is not None:
            await wanted.start()
            stack.push_async_callback(wanted.close)
        store = config.store
        keeping = settings(store.path, config.configurations, int(store.disk_floor))
        ssh = SshDoor(config.ssh, config.store.path, {KIND: msgspec.msgpack.encode(keeping)})
        await ssh.start(stack)  # the first question starts its process
        web = Web(wall, servers=config.web.nameservers, ca=config.web.ca)
        web.open()
        folder = Path(stack.enter_context(TemporaryDirectory()))  # a running monitor has its own
        audits = Audits(folder, 1, lambda: int(wall()))
        book = ConfigurationKeeping(
            config.store.path, config.configurations, ssh, lambda: int(wall())
        )
        wires = Wires(
            snmp, icmp, udp, ssh=ssh, web=web, audits=audits, configurations=book, wall=wall
        )
        began = monotonic()
        try:
            async with asyncio.timeout(probe.deadline):
                answer: Answer = await collector.ask(probe, wires, DeviceMemory())
        except TimeoutError:
            # What a wire should have settled by itself is our own fault, not the network's silence.
            outcome = Outcome.SKIPPED if hasattr(collector, "begin") else Outcome.SILENT
            answer = Answer(outcome, "deadline", (None,) * probe.raw)
        return answer, monotonic() - began


def explain(probe: Probe, answer: Answer, took: float, language: Language) -> list[str]:
    """Return in lines what was asked, what came of it, and what that means."""

    def tell(code: str, **parameters: object) -> str:
        return say(f"ask.{code}", language, **parameters)

    lines = [
        tell("probe", probe=probe.id),
        tell("every", every=f"{probe.every_ms / 1000:g}", deadline=f"{probe.deadline:g}"),
        tell("question", question=f"{probe.question!r}"[:_LONGEST]),
        tell("outcome", outcome=answer.outcome.name, reason=answer.reason).rstrip(),
    ]
    if answer.reason:
        lines.append(tell("means", sentence=say(f"wire.reason.{answer.reason}", language)))
    lines.append(tell("took", milliseconds=f"{took * 1000:.1f}"))
    told_apart = _told_apart(probe)
    for series, value in zip(probe.series[: probe.raw], answer.values, strict=False):
        apart = told_apart[series.metric.name, series.target]
        own = ",".join(f"{name}={text}" for name, text in series.labels if name in apart)
        name = f"{series.metric.name}{{{own}}}" if own else series.metric.name
        lines.append(f"  {series.target}  {name} = {'-' if value is None else value}")
    if answer.rtts:
        lost = tell("lost")
        times = ", ".join(lost if r is None else f"{r * 1000:.3f} ms" for r in answer.rtts)
        lines.append(tell("echoes", times=times))
    return lines


def _told_apart(probe: Probe) -> Mapping[tuple[str, str], frozenset[str]]:
    """Return of each metric the labels in which its series of one target differ."""
    found: dict[tuple[str, str], dict[str, set[str]]] = {}
    for series in probe.series:
        values = found.setdefault((series.metric.name, series.target), {})
        for label, value in series.labels:
            values.setdefault(label, set()).add(value)
    return {
        key: frozenset(label for label, values in labels.items() if len(values) > 1)
        for key, labels in found.items()
    }
