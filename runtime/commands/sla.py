"""`extranet sla SUBCOMMAND`: what is computed and proved, mostly without a running monitor."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from runtime.commands import bundle as bundle_commands
from runtime.commands import cases as case_commands
from runtime.commands import keys as key_commands
from runtime.commands import log as log_commands
from runtime.commands import report as report_commands
from texts.say import Language


class _Subcommand(NamedTuple):
    """`describe` names its arguments; `run` does it: 0 = done and good, 1 = not."""

    describe: Callable[[ArgumentParser, Callable[[str], str]], None]
    run: Callable[[Namespace, Mapping[str, str], Language], int]


_SUBCOMMANDS: Final[Mapping[str, _Subcommand]] = {
    "bundle": _Subcommand(bundle_commands.describe_bundle, bundle_commands.make),
    "compute": _Subcommand(case_commands.describe, case_commands.run),
    "close": _Subcommand(report_commands.describe_close, report_commands.run_close),
    "key": _Subcommand(key_commands.describe, key_commands.run),
    "leader": _Subcommand(report_commands.describe_leader, report_commands.run_leader),
    "log": _Subcommand(log_commands.describe, log_commands.run),
    "recompute": _Subcommand(bundle_commands.describe_check, bundle_commands.recompute),
    "report": _Subcommand(report_commands.describe_report, report_commands.run_report),
    "verify": _Subcommand(bundle_commands.describe_check, bundle_commands.verify),
}
"""By name; `cli.sla_NAME` in `texts` says what it is for."""


def describe(parser: ArgumentParser, tell: Callable[[str], str]) -> None:
    """Name the subcommands and their arguments."""
    subcommands = parser.add_subparsers(dest="subcommand", required=True, metavar="SUBCOMMAND")
    for name, one in _SUBCOMMANDS.items():
        about = tell(f"sla_{name}")
        one.describe(subcommands.add_parser(name, help=about, description=about), tell)


def command(options: Namespace, environ: Mapping[str, str], language: Language) -> int:
    """Do it; 0 = done and good, 1 = something is wrong or cannot be done."""
    return _SUBCOMMANDS[options.subcommand].run(options, environ, language)
