"""Heavy libraries are loaded where they are used: the monitor's own process has no use for them."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "heavy"),
    [("runtime.monitor", {"netmiko", "paramiko", "ntc_templates", "duckdb", "typst"}),
     ("runtime.cli", {"netmiko", "ntc_templates", "duckdb", "typst", "runtime.monitor"})],
)  # fmt: skip
def test_what_is_heavy_is_loaded_by_whoever_uses_it(module: str, heavy: set[str]) -> None:
    program = f"import sys, {module}\nprint(sorted({heavy!r} & set(sys.modules)))"
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )

    assert said.stdout.strip() == "[]"
