"""The whole suite: `python -m tests`, or with arguments what pytest makes of them.

Half of it waits for agents that are silent on purpose, so that half runs beside the other; what it
says is shown when both are through.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence

WAITING = ("tests/collectors", "tests/devices", "tests/metrics", "tests/runtime", "tests/traps")
"""What mostly waits."""
_PYTEST = (sys.executable, "-m", "pytest")


def main(arguments: Sequence[str]) -> int:
    """Run both halves; return the exit code of the first that failed."""
    if arguments:
        return subprocess.call([*_PYTEST, *arguments])
    ignored = [f"--ignore={folder}" for folder in WAITING]
    with tempfile.TemporaryFile() as said:
        beside = subprocess.Popen([*_PYTEST, *WAITING], stdout=said, stderr=subprocess.STDOUT)
        try:
            code = subprocess.call([*_PYTEST, "tests", *ignored])
        finally:
            other = beside.wait()
        said.seek(0)
        sys.stdout.buffer.write(said.read())
        sys.stdout.flush()
    return code or other


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
