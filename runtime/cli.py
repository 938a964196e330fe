"""The command line: `extranet <command>`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, cast

from runtime import check, program
from runtime.commands import administration, demo, discover, dispute, host_keys, rehearse
from runtime.commands import ask as asking
from runtime.commands import audit as audit_commands
from runtime.commands import configuration as configuration_commands
from runtime.commands import replay as replaying
from runtime.commands import sla as sla_commands
from texts.say import Language, say


def _language(environ: dict[str, str]) -> Language:
    return "zh" if environ.get("LC_ALL", environ.get("LANG", "")).startswith("zh") else "en"


def _parser(language: Language) -> argparse.ArgumentParser:
    def tell(code: str) -> str:
        return say(f"cli.{code}", language)

    parser = argparse.ArgumentParser(prog="extranet", description=tell("about"))
    parser.add_argument("--language", choices=("en", "zh"), default=language, help=tell("language"))
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(
        name: str, *, config: bool = True, inventory: bool = True
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=tell(name), description=tell(name))
        if inventory:
            sub.add_argument("--inventory", type=Path, default=None, help=tell("inventory"))
        if config:
            sub.add_argument("--config", type=Path, default=None, help=tell("config"))
        return sub

    command("run").add_argument("--record", type=Path, default=None, help=tell("record"))
    command("check")
    command("dump", config=False)
    ask = command("ask")
    ask.add_argument("target", help=tell("target"))
    ask.add_argument("probe", help=tell("probe"))
    discover = command("discover", config=False)
    discover.add_argument("address", metavar="ADDRESS[:PORT]", help=tell("discover_address"))
    discover.add_argument("--community", default=None, help=tell("discover_community"))
    discover.add_argument("--credential", default=None, help=tell("discover_credential"))
    discover.add_argument("--snmp", choices=("1", "2c"), default=None, help=tell("discover_snmp"))
    discover.add_argument("--json", action="store_true", help=tell("discover_json"))
    discover.add_argument("--timeout", type=float, default=3.0, help=tell("discover_timeout"))
    discover.add_argument(
        "--engine", choices=("auto", "gufo", "pysnmp"), default="auto", help=tell("discover_engine")
    )
    replay = command("replay")
    replay.add_argument("folder", type=Path, help=tell("recording"))
    replay.add_argument("--carrier", required=True, help=tell("assessed"))
    replay.add_argument("--period", required=True, help=tell("period"))
    replay.add_argument("--until", type=int, default=None, help=tell("until"))
    demonstration = command("demo", config=False, inventory=False)
    demonstration.add_argument("--sites", type=int, default=300, help=tell("sites"))
    demonstration.add_argument("--seed", type=int, default=1, help=tell("seed"))
    demonstration.add_argument(
        "--directory", type=Path, default=Path("var/demo"), help=tell("state")
    )
    demonstration.add_argument("--listen", default="127.0.0.1:8080", help=tell("listen"))
    for name in ("backup", "restore"):
        command(name, inventory=False).add_argument("file", type=Path, help=tell(f"{name}_file"))
    keys = command("host-keys")
    keys.add_argument(
        "action", choices=("list", "scan", "enrol", "forget"), help=tell("host_keys_action")
    )
    keys.add_argument("device", nargs="*", help=tell("host_keys_device"))
    keys.add_argument("--fingerprint", default="", help=tell("host_keys_fingerprint"))
    keys.add_argument("--by", default="", help=tell("host_keys_by"))
    people = command("people", inventory=False)
    people.add_argument("action", choices=("list", "add", "renew", "remove"), help=tell("action"))
    people.add_argument("name", nargs="?", default="", help=tell("name"))
    people.add_argument("--role", action="append", default=[], help=tell("role"))
    people.add_argument("--site", action="append", default=[], help=tell("site"))
    people.add_argument("--carrier", action="append", default=[], help=tell("carrier"))
    for name, describe in _DESCRIBED_ELSEWHERE.items():
        describe(command(name, inventory=name != "configuration"), tell)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code.

    0 done, 1 refused, 2 wrong words, 130 Ctrl-C, 141 nobody reads what it says.
    """
    environ = dict(os.environ)
    options = _parser(_language(environ)).parse_args(arguments)
    try:
        code = _run(options, environ, cast("Literal['en', 'zh']", options.language))
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # `| head` has seen enough; what is left to flush goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    sys.exit(code)


def _run(options: argparse.Namespace, environ: dict[str, str], language: Language) -> int:
    code: int
    match options.command:
        case "check":
            code = check.run_check(*_paths(options), language)
        case "dump":
            code = check.run_dump(options.inventory or Path("inventory.yaml"), language)
        case "run":
            code = program.run(*_paths(options), environ, language, record=options.record)
        case "demo":
            code = demo.run(
                options.directory, options.sites, options.seed, options.listen, environ, language
            )
        case "ask":
            code = asking.run(*_paths(options), options.target, options.probe, environ, language)
        case "sla":
            code = sla_commands.command(options, environ, language)
        case "rehearse":
            code = rehearse.run(options, environ, language)
        case "discover":
            code = discover.run(options, environ, language)
        case "replay":
            code = replaying.run(
                options.folder, options.carrier, options.period, options.until,
                *_paths(options), environ, language,
            )  # fmt: skip
        case name:
            code = _ABOUT_THE_STORE[name](options, environ, language)
    return code


_DESCRIBED_ELSEWHERE: Final = {
    "configuration": configuration_commands.describe,
    "audit": audit_commands.describe,
    "dispute": dispute.describe,
    "rehearse": rehearse.describe,
    "sla": sla_commands.describe,
}
_ABOUT_THE_STORE: Final = {
    "backup": administration.copy,
    "restore": administration.copy,
    "people": administration.people,
    "host-keys": host_keys.run,
    "configuration": configuration_commands.run,
    "audit": audit_commands.command,
    "dispute": dispute.command,
}


def _paths(options: argparse.Namespace) -> tuple[Path | None, Path | None]:
    return options.inventory, options.config


if __name__ == "__main__":
    main()
