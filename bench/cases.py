"""Worked cases by `extranet sla compute`: the whole command, from file to JSON.

    python -m bench.cases [--cases 10000] [--runs 6]

Each case is a month with as many down and unknown runs as `--runs` says, planned work and an
upstream fault.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

_START = datetime(2026, 3, 1, tzinfo=UTC)
_MONTH = 31 * 86_400


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=6)
    options = parser.parse_args()
    print("| what | measured |\n|---|---|")
    seconds = measure(options.cases, options.runs)
    print(f"| {options.cases:,} timeline cases of {options.runs} runs | {seconds:.1f} s |")


def measure(cases: int, runs: int) -> float:
    """Return the seconds that the command takes, with the start of the program."""
    with TemporaryDirectory() as folder:
        file, results = Path(folder) / "cases.json", Path(folder) / "results.json"
        document = {"vectors": [_case(number, runs) for number in range(cases)]}
        file.write_text(json.dumps(document), "utf-8")
        with results.open("wb") as out:
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "runtime.cli", "sla", "compute", str(file)],
                stdout=out,
                check=True,
            )
            took = time.perf_counter() - began
        found = json.loads(results.read_bytes())["results"]
        if len(found) != cases:
            raise RuntimeError(f"{len(found)} results of {cases} cases")
        return took


def _case(number: int, runs: int) -> dict[str, object]:
    step = _MONTH // (runs + 1)
    at = [(place + 1) * step + number % 997 for place in range(runs)]
    return {
        "kind": "timeline",
        "id": f"case-{number}",
        "window": [_at(0), _at(_MONTH)],
        "raw": [
            ["DDK"[place % 3], _at(start), _at(start + 100 + number % 400)]
            for place, start in enumerate(at)
        ],
        "overlays": {
            "M_c": [[_at(86_400), _at(90_000)]],
            "X": [[_at(start), _at(start + 60)] for start in at[:1]],
        },
    }


def _at(seconds: int) -> str:
    return (_START + timedelta(seconds=seconds)).isoformat()


if __name__ == "__main__":
    main()
