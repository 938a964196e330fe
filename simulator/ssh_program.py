"""`python -m simulator ssh FILE`: serves a file of nodes until told to stop.

Orders come as JSON lines on standard input: `{"do": "change", "node": "x"}`,
`{"do": "rekey", "node": "x"}`, `{"do": "away", "nodes": ["x", "y"]}`. The first line of output says
where each node listens and which host keys they show.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from simulator import ssh_nodes, ssh_real
from simulator.clock import wall
from simulator.ssh_server import SshServer, serving


def run(file: Path, host_keys: Path | None, real: Path | None, stop: threading.Event) -> None:
    """Serve until `stop` is set or standard input ends; write the host keys where told.

    `real`: the folder of a real sshd that runs as long. It ends with standard input, too: where
    whoever started this was killed.
    """
    with serving(ssh_nodes.read(file), wall) as server, contextlib.ExitStack() as stack:
        if real is not None:
            stack.enter_context(ssh_real.running(real))
        write_host_keys(server, host_keys)
        keys = server.known_hosts()
        ready = {"ready": True, "ports": server.ports, "host_keys": keys}
        print(json.dumps(ready), flush=True)
        reader = threading.Thread(target=_obey, args=(server, stop), daemon=True)
        reader.start()
        stop.wait()


def write_host_keys(server: SshServer, file: Path | None) -> None:
    """Write the host keys in the format of known_hosts, whole or not at all; 0600."""
    if file is None:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(server.known_hosts())
    new.replace(file)


def _obey(server: SshServer, stop: threading.Event) -> None:
    for line in sys.stdin:
        try:
            _act(server, **json.loads(line))
        except (KeyError, TypeError, ValueError) as error:
            print(json.dumps({"error": str(error)}), flush=True)
    stop.set()


def _act(server: SshServer, do: str, node: str = "", nodes: Any = ()) -> None:
    match do:
        case "change":
            server.change(node)
        case "rekey":
            server.rekey(node)
        case "away":
            server.away(nodes)
        case _:
            raise ValueError(f"no order {do!r}")
