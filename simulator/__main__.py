"""Simulate a province on loopback, or replay one recorded device.

`generate` makes a province in a folder, `serve` runs it, `begin` and `end` act on a running one.

python -m simulator generate var/province --sites 300
python -m simulator serve var/province --script demo
python -m simulator begin var/province cut link:xiaogan-xiaonan-t01-telecom
python -m simulator replay device.snmprec --port 16161 --community public
python -m simulator ssh nodes.json --host-keys host_keys
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import os
import signal
import sys
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from simulator import files, folder, meetings, recorded, ssh_child, ssh_plan, web_files
from simulator.clock import wall
from simulator.control import Control, ControlServer
from simulator.director import Director, demo_incidents
from simulator.ports import free_ports
from simulator.province import CANARY, Plan, Settings, build
from simulator.script import CYCLE, KINDS, Incident, read
from simulator.server import Server
from simulator.sockets import Door, open_door, open_doors
from simulator.ssh_child import SshChild
from simulator.truth import TruthLog
from simulator.web_services import WebServices
from simulator.world import World

_CHANGE_SECONDS: Final = 600


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        match options.command:
            case "generate":
                _generate(options)
            case "serve":
                _run(_serve(options.folder, options.script))
            case "replay":
                _run(_replay(options.file, options.host, options.port, options.community))
            case "ssh":
                _ssh(options.file, options.host_keys, options.sshd)
            case "begin":
                Control.of(options.folder).begin(options.kind, options.target, options.value)
            case _:
                Control.of(options.folder).end(options.kind, options.target)
    except (OSError, ValueError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    generate = commands.add_parser("generate", help="make a province and its inventory")
    generate.add_argument("folder", type=Path)
    generate.add_argument("--sites", type=int, default=300)
    generate.add_argument("--seed", type=int, default=1)
    generate.add_argument("--start", type=int, help="UTC second it begins to exist (now)")
    generate.add_argument("--snmp-port", type=int, default=0, help="0: a free one")
    generate.add_argument("--echo-port", type=int, default=0, help="0: a free one")
    generate.add_argument("--hosts", type=int, default=0, help="servers with SSH; 0: no SSH")
    generate.add_argument("--api", default="127.0.0.1:8080", help="where the monitor listens")
    generate.add_argument("--every", default="10s", help="interval of the polls")
    generate.add_argument("--services", action="store_true", help="with services, too")
    serve = commands.add_parser("serve", help="answer for a province until told to stop")
    serve.add_argument("folder", type=Path)
    serve.add_argument("--script", default="none", help="demo, none, or a YAML file")
    replay = commands.add_parser("replay", help="answer as a recorded device until told to stop")
    replay.add_argument("file", type=Path, help="its .snmprec")
    replay.add_argument("--host", default="127.0.0.1")
    replay.add_argument("--port", type=int, default=0, help="0: a free one")
    replay.add_argument("--community", required=True)
    ssh = commands.add_parser("ssh", help="answer as SSH servers until told to stop")
    ssh.add_argument("file", type=Path, help="nodes: see simulator/ssh_nodes.py")
    ssh.add_argument("--host-keys", type=Path, help="where to write them, as known_hosts")
    ssh.add_argument("--sshd", type=Path, help="folder of a real one that runs as long")
    for name, text in (("begin", "let an incident begin"), ("end", "let it end")):
        order = commands.add_parser(name, help=f"{text} in a province that is served")
        order.add_argument("folder", type=Path)
        order.add_argument("kind", choices=sorted(KINDS.keys() - {"flap"}))
        order.add_argument("target", help="link:x, site:x, device:x or canary:x")
        if name == "begin":
            order.add_argument("--value", type=float, help="share, seconds or ratio, by kind")
    return parser


def _generate(options: argparse.Namespace) -> None:
    options.folder.mkdir(parents=True, exist_ok=True)
    start = int(wall()) if options.start is None else options.start
    settings = folder.settle(
        options.sites, options.seed, start, options.snmp_port, options.echo_port, options.hosts
    )
    if settings.hosts:
        settings = _with_ssh(options.folder, settings)
    plan = build(settings)
    folder.save(options.folder, settings)
    community = folder.make_community(options.folder, os.environ)
    if options.services:
        web_files.write(plan, options.folder, start)
    files.write(
        plan,
        options.folder,
        community,
        api=options.api,
        every=options.every,
        services=options.services,
    )


def _with_ssh(directory: Path, settings: Settings) -> Settings:
    """Make the secrets, and a real host where there can be one."""
    ssh_plan.make_secrets(directory)
    (port,) = free_ports(1)
    return replace(settings, real_port=port if ssh_child.prepare_real(directory, port) else 0)


async def _serve(directory: Path, script: str) -> None:
    settings = folder.load(directory)
    secret = folder.community(directory, os.environ)
    plan = build(settings)
    log = TruthLog(directory / folder.TRUTH, wall)
    ssh = SshChild(plan)

    def witness(kind: str, target: str, state: str) -> None:
        log.write(kind, target, state)
        ssh.hear(kind, target, state)

    world = World(plan, witness)
    director = Director(world, log, wall)
    server = Server(director, secret)
    ssh.changed = director.configure
    control = ControlServer(director, server, ssh.change)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    incidents = _incidents(plan, script, director.ticks() / 100)
    gc.freeze()  # the province lives as long as the process: nothing of it is ever garbage
    with contextlib.ExitStack() as stack:
        log.open()
        stack.callback(log.close)
        stack.callback(server.close)
        server.open(*_doors(plan))
        stack.enter_context(ssh_child.serving(plan, directory, ssh))
        services = _services(world, directory, director)
        if services is not None:
            await services.start()
        ready = {
            "ready": True,
            "snmp": settings.snmp_port,
            "echo": settings.echo_port,
            "control": await control.open(directory),
            "sites": len(plan.sites),
            "devices": len(plan.devices),
            "links": len(plan.links),
            "hosts": settings.hosts,
        }
        stack.callback(control.close)
        for work in (director.play(incidents), meetings.run(directory)):
            stack.callback(asyncio.create_task(work).cancel)
        if script == "demo":
            changes = asyncio.create_task(ssh.changes(_CHANGE_SECONDS))
            stack.callback(changes.cancel)
        print(json.dumps(ready), flush=True)
        await stop.wait()
        if services is not None:
            await services.stop()


def _services(world: World, directory: Path, director: Director) -> WebServices | None:
    """Return the services of a province that has some."""
    ports = web_files.ports_of(directory)
    if ports is None:
        return None
    return WebServices(world, directory, ports, lambda: director.ticks() / 100)


async def _replay(file: Path, host: str, port: int, community: str) -> None:
    device = recorded.read(file)
    door = open_door(host, port)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    close = recorded.serve(device, door, community.encode())
    print(json.dumps({"ready": True, "snmp": door.port, "objects": len(device)}), flush=True)
    await stop.wait()
    close()


def _ssh(file: Path, host_keys: Path | None, real: Path | None) -> None:
    from simulator import ssh_program  # noqa: PLC0415 - paramiko is not loaded where nobody asks

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    ssh_program.run(file, host_keys, real, stop)


def _incidents(plan: Plan, script: str, elapsed: float) -> Iterator[Incident]:
    if script == "none":
        return iter(())
    if script == "demo":
        return demo_incidents(plan, max(int(elapsed // CYCLE) - 1, 0))
    return iter(sorted(read(Path(script)), key=lambda incident: incident.at))


def _doors(plan: Plan) -> tuple[list[Door], list[Door]]:
    """Open every door of the province, SNMP and echo."""
    settings = plan.settings
    devices = [device.host for device in plan.devices if ":" not in device.host]
    ends = [end.host for link in plan.links for end in (link.a, link.b)]
    echoing = [CANARY, *devices, *(host for host in ends if host and ":" not in host)]
    with contextlib.ExitStack() as stack:
        snmp = open_doors(settings.snmp_port, devices)
        snmp += [open_door("::1", port) for port in settings.snmp6]
        for door in snmp:
            stack.callback(door.close)
        echo = open_doors(settings.echo_port, echoing)
        echo += [open_door("::1", port) for port in settings.echo6]
        stack.pop_all()
    return snmp, echo


def _run(program: Coroutine[object, object, None]) -> None:
    """Run with uvloop where it exists: it halves the cost of a datagram."""
    try:
        import uvloop  # noqa: PLC0415 - optional, the simulator runs without it
    except ImportError:
        asyncio.run(program)
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(program)


if __name__ == "__main__":
    sys.exit(main())
