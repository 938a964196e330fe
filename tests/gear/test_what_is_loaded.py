"""The libraries of SSH are loaded in its process only: the monitor has no use for them."""

from __future__ import annotations

import subprocess
import sys


def test_the_monitor_loads_neither_netmiko_nor_paramiko() -> None:
    program = (
        "import sys, runtime.monitor\n"
        "print(sorted({'netmiko', 'paramiko', 'ntc_templates', 'duckdb', 'typst'} & set(sys.modules)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )

    assert said.stdout.strip() == "[]"
