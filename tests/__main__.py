"""The whole suite: `python -m tests`, or with arguments what pytest makes of them.

Much of it waits: for agents that are silent on purpose, for programs that start. So four parts run
side by side; what the others say is shown when all are through.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack

BESIDE = (
    ("tests/e2e", "tests/traps"),
    ("tests/collectors", "tests/devices", "tests/metrics", "tests/runtime"),
    ("tests/api", "tests/audit", "tests/gear", "tests/ssh", "tests/store"),
)
"""What starts the whole program and waits most of its time, so that it begins at once; what waits
much; what starts other programs. The fourth part is the rest, as long to compute as the third."""
_PYTEST = (sys.executable, "-m", "pytest")


def main(arguments: Sequence[str]) -> int:
    """Run all parts; return the exit code of the first that failed."""
    if arguments:
        return subprocess.call([*_PYTEST, *arguments])
    ignored = [f"--ignore={folder}" for part in BESIDE for folder in part]
    with ExitStack() as stack:
        said = [stack.enter_context(tempfile.TemporaryFile()) for _ in BESIDE]
        beside = [
            subprocess.Popen([*_PYTEST, *part], stdout=output, stderr=subprocess.STDOUT)
            for part, output in zip(BESIDE, said, strict=True)
        ]
        codes = []
        try:
            codes.append(subprocess.call([*_PYTEST, "tests", *ignored]))
        finally:
            codes += [process.wait() for process in beside]
        for output in said:
            output.seek(0)
            sys.stdout.buffer.write(output.read())
            sys.stdout.flush()
    return next(filter(None, codes), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
