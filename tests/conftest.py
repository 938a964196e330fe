"""What all tests share: servers that are absent, and what that means."""

from __future__ import annotations

import os
import shutil

import pytest

_PATH = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose Debian program is absent; under CI that is a failure."""
    for marker in item.iter_markers("server"):
        for name in marker.args:
            if shutil.which(name, path=_PATH) is None:
                if os.environ.get("CI"):
                    pytest.fail(f"{name} is not installed, and CI must not skip", pytrace=False)
                pytest.skip(f"{name} is not installed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List at the end what was not tested and why."""
    skipped: dict[str, list[str]] = {}
    for report in terminalreporter.stats.get("skipped", []):
        _, _, reason = report.longrepr
        skipped.setdefault(reason.removeprefix("Skipped: "), []).append(report.nodeid)
    if skipped:
        terminalreporter.section("not tested")
        for reason, names in sorted(skipped.items()):
            terminalreporter.line(f"{reason}: {len(names)} tests")
            for name in names:
                terminalreporter.line(f"    {name}")
