"""What all tests share: how properties are tried, and servers that are absent."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import has_ipv6

# The same examples each time, however slow the machine: a run fails for what was changed, not for
# luck. `pytest --hypothesis-profile=search FILE` tries other ones, and keeps what it finds.
_SLOW = (HealthCheck.too_slow,)
settings.register_profile("search", deadline=None, suppress_health_check=_SLOW)
settings.register_profile(
    "suite", settings.get_profile("search"), derandomize=True, database=None, print_blob=True
)
settings.load_profile("suite")

_PATH = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose Debian program is absent; under CI that is a failure, without IPv6 not."""
    if item.get_closest_marker("ipv6") and not has_ipv6():
        pytest.skip("no IPv6 here")
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
