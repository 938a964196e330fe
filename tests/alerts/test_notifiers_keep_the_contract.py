"""Every file in alerts/notifiers keeps the same promises; secrets stay inside."""

from __future__ import annotations

import asyncio
import logging
import traceback
from importlib import import_module
from inspect import iscoroutinefunction
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import aiohttp
import pytest
from msgspec.structs import asdict
from pydantic import ValidationError

import alerts.notifiers
from alerts.dispatch import Channel
from alerts.notifiers._contract import NotifyError
from inventory.model import Secret
from tests.alerts.receivers import Stage, mail_server, make_alert, until, web_server
from tests.alerts.test_smtp import make_message

KINDS = sorted(
    found.name
    for found in iter_modules(alerts.notifiers.__path__)
    if not found.name.startswith("_")
)
CANARY = "canary-7f3a"
SECRETS: dict[str, dict[str, Any]] = {
    "webhook": {
        "url": "http://127.0.0.1:{port}/hook?token={canary}",
        "secret": Secret(CANARY),
        "authorization": Secret(f"Bearer {CANARY}"),
    },
    "alertmanager": {
        "members": ["http://127.0.0.1:{port}/{canary}"],
        "authorization": Secret(f"Bearer {CANARY}"),
    },
    "smtp": {
        "host": "127.0.0.1",
        "security": "starttls",
        "user": "noc",
        "password": Secret(CANARY),
        "sender": "a@test.cn",
        "to": ["b@test.cn"],
    },
}
"""Options of each kind with a secret wherever one may stand."""


def options(kind: str, port: int) -> Any:
    fields = {
        name: value.replace("{port}", str(port)).replace("{canary}", CANARY)
        if type(value) is str
        else [one.replace("{port}", str(port)).replace("{canary}", CANARY) for one in value]
        if isinstance(value, list)
        else value
        for name, value in SECRETS[kind].items()
    }
    if kind == "smtp":
        fields["port"] = port
    return import_module(f"alerts.notifiers.{kind}").Options.model_validate(fields)


def test_every_kind_is_tried_with_secrets() -> None:
    assert set(SECRETS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_notifier_has_the_names_of_the_contract(kind: str) -> None:
    module = import_module(f"alerts.notifiers.{kind}")
    assert isinstance(module.STATEFUL, bool)
    assert module.Options.model_config["extra"] == "forbid"
    assert iscoroutinefunction(module.notify)
    assert module.__doc__


@pytest.mark.parametrize("kind", KINDS)
def test_options_do_not_show_their_secrets(kind: str) -> None:
    made = options(kind, 25)
    assert CANARY not in f"{made!r} {made} {made.model_dump()} {made.model_dump_json()}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [0, 400, 500, None])
def test_an_error_holds_no_secret(kind: str, status: int | None) -> None:
    module = import_module(f"alerts.notifiers.{kind}")

    async def play() -> str:
        async with web_server() as served, mail_server() as mails, aiohttp.ClientSession() as http:
            served.answers[:] = [(status or 0, {})]
            mails.answers["EHLO"] = mails.answers["HELO"] = [f"{status} {CANARY}" if status else ""]
            port = mails.port if kind == "smtp" else int(served.url.split(":")[2].split("/")[0])
            chosen = options(kind, 9 if status is None else port)
            with pytest.raises(NotifyError) as caught:
                await module.notify(chosen, make_message(), http)
            return "".join(traceback.format_exception(caught.value)) + caught.value.code

    assert CANARY not in asyncio.run(play())


@pytest.mark.parametrize("kind", KINDS)
def test_records_and_logs_hold_no_secret(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    module = import_module(f"alerts.notifiers.{kind}")

    async def play() -> list[Any]:
        stage = Stage([Channel("canary", module, options(kind, 9))])
        async with stage.running():
            stage.dispatch.put(make_alert())
            await until(lambda: stage.records)
        return [asdict(record) for record in stage.records]

    with caplog.at_level(logging.DEBUG):
        records = asyncio.run(play())
    assert CANARY not in str(records)
    assert CANARY not in caplog.text
    assert not any(record["ok"] for record in records)


def test_a_bug_in_a_notifier_is_counted_and_the_next_channel_is_taken() -> None:
    async def fail(*_: Any) -> str:
        raise ZeroDivisionError(CANARY)

    broken = ModuleType("broken")
    broken.__dict__.update(STATEFUL=False, notify=fail)

    async def play() -> None:
        async with web_server() as served:
            webhook = import_module("alerts.notifiers.webhook")
            good = Channel("good", webhook, webhook.Options(url=served.url))
            bad = Channel("bad", broken, good.options)
            async with Stage([bad, good]).running() as stage:
                stage.dispatch.put(make_alert())
                await until(lambda: len(stage.records) == 2)
                assert [one.error for one in stage.records] == ["bug_ZeroDivisionError", ""]

    asyncio.run(play())


def test_two_ways_in_are_refused() -> None:
    webhook = import_module("alerts.notifiers.webhook")
    with pytest.raises(ValidationError):
        webhook.Options(url="http://a:b@127.0.0.1/", authorization=Secret("Bearer x"))
