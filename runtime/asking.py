"""`extranet ask TARGET PROBE`: the very code the schedule runs, once, explained."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from metrics.observation import Probe
from runtime.check import check, render
from runtime.clock import monotonic
from runtime.config import Config
from runtime.planning import plan
from runtime.plugins import plugins
from texts.say import Language, say


def run(
    inventory: Path | None,
    config: Path | None,
    target: str,
    kind: str,
    environ: Mapping[str, str],
    language: Language,
) -> int:
    """Ask once and print outcome, values and transcript; 0 = answered."""
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
    answer, took = asyncio.run(_ask(probes[kind], checked.config))
    _explain(probes[kind], answer, took)
    return 0 if answer.outcome.name == "ANSWERED" else 2


async def _ask(probe: Probe, config: Config) -> tuple[Answer, float]:
    icmp, udp = open_echo("icmp"), open_echo("udp")
    snmp = open_snmp(config.snmp.engine, trace=lambda text: print(f"  {text}"))
    wanted = {"icmp": icmp, "udp": udp}.get(getattr(probe.question, "wire", ""))
    if wanted is not None:
        await wanted.start()
    began = monotonic()
    try:
        answer: Answer = await plugins("collectors")[probe.kind].ask(
            probe, Wires(snmp, icmp, udp), DeviceMemory()
        )
        return answer, monotonic() - began
    finally:
        await snmp.close()
        if wanted is not None:
            await wanted.close()


def _explain(probe: Probe, answer: Answer, took: float) -> None:
    print(f"probe     {probe.id}")
    print(f"every     {probe.every_ms / 1000:g} s, deadline {probe.deadline:g} s")
    print(f"question  {probe.question!r}"[:400])
    print(f"outcome   {answer.outcome.name} {answer.reason}".rstrip())
    print(f"took      {took * 1000:.1f} ms")
    for series, value in zip(probe.series[: probe.raw], answer.values, strict=False):
        print(f"  {series.target}  {series.metric.name} = {'-' if value is None else value}")
    if answer.rtts:
        times = ", ".join("lost" if r is None else f"{r * 1000:.3f} ms" for r in answer.rtts)
        print(f"  echoes: {times}")
