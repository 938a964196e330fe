"""`extranet demo`: a simulated province and the monitor against it, one command, no privilege.

The simulator is another process and is spoken to over the network only; the product never imports
it. The state directory starts afresh each time.
"""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from runtime import program
from runtime.clock import wall
from texts.say import Language, say

_MARK: Final = ".extranet-demo"
_SERVERS: Final = 24
"""Of the simulated cloud centre."""


def run(
    directory: Path, sites: int, seed: int, listen: str, environ: dict[str, str], language: Language
) -> int:
    """Generate a province below `directory`, serve it, and run the monitor until Ctrl-C."""
    if not _empty(directory):
        print(say("demo.not_ours", language, directory=directory), file=sys.stderr)
        return 1
    environ = environ | {"EXTRANET_DEMO_COMMUNITY": secrets.token_hex(12)}
    start = int(wall())
    print(say("demo.generating", language, sites=sites), flush=True)
    simulator = [sys.executable, "-m", "simulator"]
    generate = [
        *simulator, "generate", str(directory), "--sites", str(sites), "--seed", str(seed),
        "--start", str(start), "--api", listen, "--services", "--hosts", str(_SERVERS),
    ]  # fmt: skip
    generated = subprocess.run(generate, check=False, env=environ)  # noqa: S603 - our own program, no shell
    if generated.returncode != 0:
        print(say("demo.simulator_failed", language), file=sys.stderr)
        return 1
    with ExitStack() as stack:
        served = stack.enter_context(
            subprocess.Popen(  # noqa: S603 - our own program, no shell
                [*simulator, "serve", str(directory), "--script", "demo"],
                stdout=subprocess.PIPE,
                env=environ,
                start_new_session=True,  # Ctrl-C reaches the monitor first, which ends this one
            )
        )
        stack.callback(served.wait)
        stack.callback(served.terminate)
        assert served.stdout is not None
        ready = json.loads(served.stdout.readline() or b"{}")
        if not ready:
            print(say("demo.simulator_failed", language), file=sys.stderr)
            return 1
        return program.run(
            directory / "inventory.yaml",
            directory / "monitor.yaml",
            environ,
            language,
            first_person="admin",
        )


def _empty(directory: Path) -> bool:
    """Make `directory` new; refuse to remove one that this command did not make."""
    if directory.exists():
        if not directory.is_dir():
            return False
        if any(directory.iterdir()) and not (directory / _MARK).exists():
            return False
        shutil.rmtree(directory)
    directory.mkdir(parents=True, mode=0o700)
    (directory / _MARK).touch()
    return True
