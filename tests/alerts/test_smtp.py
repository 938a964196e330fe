"""Mail: what it says, over TLS only where asked, and what a server's refusal means."""

from __future__ import annotations

import asyncio
import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from email import message_from_string, policy
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import ValidationError

from alerts.dispatch import Channel
from alerts.notifiers import smtp
from alerts.notifiers._contract import Message, NotifyError
from inventory.model import Secret
from tests.alerts.province import START
from tests.alerts.receivers import Mails, certificate, mail_server, make_alert, until

PASSWORD = Secret("canary-password-91")


def make_message(subject: str = "【严重】链路中断") -> Message:
    return Message(
        "id-1", START, "zh", subject, f"{subject}\n第二行", (make_alert(),), (subject,),
        "http://127.0.0.1:8080/",
    )  # fmt: skip


def options(served: Mails, **fields: Any) -> smtp.Options:
    basic = {
        "host": "127.0.0.1", "port": served.port, "security": "none", "sender": "noc@test.cn",
        "to": ["duty@test.cn"],
    }  # fmt: skip
    return smtp.Options.model_validate({**basic, **fields})


async def send(chosen: smtp.Options, message: Message | None = None) -> str:
    async with aiohttp.ClientSession() as http:
        return await smtp.notify(chosen, message or make_message(), http)


def test_a_mail_arrives_with_its_subject_text_and_id() -> None:
    async def play() -> None:
        async with mail_server() as served:
            assert await send(options(served)) == ""
            mail = message_from_string(served.mails[0].removesuffix(".\r\n"), policy=policy.SMTP)
            assert mail["Subject"] == "【严重】链路中断"
            assert mail["From"] == "noc@test.cn"
            assert mail["To"] == "duty@test.cn"
            assert mail["Message-ID"] == "<id-1@test.cn>"
            assert mail["Date"] == "Tue, 10 Mar 2026 02:00:00 +0000"
            text = base64.b64decode(mail.get_payload()).decode()  # type: ignore[arg-type]  # text
            assert text.splitlines() == [
                "【严重】链路中断", "第二行", "", "http://127.0.0.1:8080/",
            ]  # fmt: skip

    asyncio.run(play())


def test_a_line_break_in_a_title_makes_no_header() -> None:
    async def play() -> None:
        async with mail_server() as served:
            await send(options(served), make_message("x\r\nBcc: all@test.cn\r\n\r\nhello"))
            mail = message_from_string(served.mails[0], policy=policy.SMTP)
            assert "Bcc" not in mail
            assert mail["Subject"] == "x  Bcc: all@test.cn    hello"

    asyncio.run(play())


@pytest.mark.parametrize("from_the_start", [True, False])
def test_a_mail_goes_over_verified_tls_with_a_password(
    tmp_path: Path, *, from_the_start: bool
) -> None:
    context, authority = certificate(tmp_path)

    async def play() -> None:
        async with mail_server(context, from_the_start=from_the_start) as served:
            chosen = options(
                served, security="tls" if from_the_start else "starttls", user="noc",
                password=PASSWORD, ca_file=str(authority),
            )  # fmt: skip
            assert await send(chosen) == ""
            assert served.over_tls == [True]
            assert any(line.startswith("AUTH PLAIN") for line in served.lines)

    asyncio.run(play())


@pytest.mark.parametrize("from_the_start", [True, False])
@pytest.mark.parametrize("name", ["unknown authority", "other name"])
def test_a_certificate_that_is_not_right_gets_no_password(
    tmp_path: Path, name: str, *, from_the_start: bool
) -> None:
    context, authority = certificate(tmp_path, "127.0.0.9" if name == "other name" else "127.0.0.1")

    async def play() -> None:
        async with mail_server(context, from_the_start=from_the_start) as served:
            chosen = options(
                served, security="tls" if from_the_start else "starttls", user="noc",
                password=PASSWORD, ca_file=str(authority) if name == "other name" else None,
            )  # fmt: skip
            with pytest.raises(NotifyError) as caught:
                await send(chosen)
            assert (caught.value.code, caught.value.permanent) == ("tls_untrusted", True)
            assert not any(line.startswith("AUTH") for line in served.lines)

    asyncio.run(play())


def test_a_server_that_offers_no_tls_gets_nothing() -> None:
    async def play() -> None:
        async with mail_server() as served:
            with pytest.raises(NotifyError) as caught:
                await send(options(served, security="starttls"))
            assert (caught.value.code, caught.value.permanent) == ("smtp_not_supported", True)
            assert served.mails == []

    asyncio.run(play())


@pytest.mark.parametrize(
    ("verb", "answer", "code", "permanent"),
    [
        ("EHLO", "421 too busy", "smtp_421", False),
        ("MAIL", "451 later", "smtp_451", False),
        ("MAIL", "552 too much", "smtp_552", True),
        ("RCPT", "450 greylisted", "smtp_450", False),
        ("RCPT", "550 nobody here", "smtp_550", True),
        ("DATA", "452 disk full", "smtp_452", False),
        ("CONTENT", "554 looks like spam", "smtp_554", True),
        ("CONTENT", "451 later", "smtp_451", False),
        ("MAIL", "", "disconnected", False),
        ("CONTENT", "", "disconnected", False),
    ],
)
def test_what_a_server_refuses_is_temporary_or_permanent(
    verb: str, answer: str, code: str, *, permanent: bool
) -> None:
    async def play() -> None:
        async with mail_server() as served:
            served.answers[verb] = [answer]
            if verb == "EHLO":
                served.answers["HELO"] = [answer]
            with pytest.raises(NotifyError) as caught:
                await send(options(served))
            assert (caught.value.code, caught.value.permanent) == (code, permanent)
            assert served.mails == []

    asyncio.run(play())


def test_a_wrong_password_is_permanent_and_not_repeated_in_the_error(tmp_path: Path) -> None:
    context, authority = certificate(tmp_path)

    async def play() -> None:
        async with mail_server(context, from_the_start=True) as served:
            served.answers["AUTH"] = [f"535 {PASSWORD.reveal()} is wrong"]
            chosen = options(
                served, security="tls", user="noc", password=PASSWORD, ca_file=str(authority)
            )
            with pytest.raises(NotifyError) as caught:
                await send(chosen)
            assert (caught.value.code, caught.value.permanent) == ("smtp_535", True)

    asyncio.run(play())


def test_recipients_that_are_refused_are_named_when_others_are_taken() -> None:
    async def play() -> None:
        async with mail_server() as served:
            served.answers["RCPT"] = ["550 nobody here", "250 ok"]
            chosen = options(served, to=["gone@test.cn", "duty@test.cn"])
            assert await send(chosen) == "gone@test.cn: smtp_550"
            assert len(served.mails) == 1

    asyncio.run(play())


def test_a_server_that_hangs_up_after_taking_the_mail_has_taken_it() -> None:
    async def play() -> None:
        async with mail_server() as served:
            served.answers["QUIT"] = [""]
            assert await send(options(served)) == ""
            assert len(served.mails) == 1

    asyncio.run(play())


def test_a_dialogue_has_one_time_limit_however_soon_each_answer_comes() -> None:
    async def play() -> None:
        async with mail_server() as served, aiohttp.ClientSession() as http:
            served.pause = 0.3
            with pytest.raises(NotifyError) as caught:
                await smtp.notify(options(served), make_message(), http, within=1.0)
            assert (caught.value.code, caught.value.permanent) == ("timeout", False)
            await until(lambda: served.ended)
            assert served.mails == []

    asyncio.run(play())


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_mail_that_was_given_up_is_not_delivered_later(tmp_path: Path, security: str) -> None:
    context, authority = (None, None) if security == "none" else certificate(tmp_path)

    async def play() -> None:
        async with mail_server(context, from_the_start=security == "tls") as served:
            served.held.add("RCPT")
            chosen = options(served, security=security, ca_file=authority)
            sending = asyncio.create_task(send(chosen))
            await until(lambda: served.lines[-1:] == ["rcpt TO:<duty@test.cn>"])
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            served.release.set()
            await until(lambda: served.ended)
            assert served.mails == []

    asyncio.run(play())


def test_a_server_that_says_no_goodbye_has_taken_the_mail() -> None:
    async def play() -> None:
        async with mail_server() as served, aiohttp.ClientSession() as http:
            served.held.add("QUIT")
            assert await smtp.notify(options(served), make_message(), http, within=2.0) == ""
            assert len(served.mails) == 1
            served.release.set()
            await until(lambda: served.ended)

    asyncio.run(play())


def test_a_dialogue_has_less_time_than_the_whole_attempt() -> None:
    assert Channel("mail", smtp, options(Mails(None, 25))).timeout > smtp.DIALOGUE_SECONDS


def test_mail_needs_no_thread_that_others_use() -> None:
    async def play() -> None:
        free = threading.Event()
        with ThreadPoolExecutor(1) as everybodys:
            asyncio.get_running_loop().set_default_executor(everybodys)
            everybodys.submit(free.wait)
            try:
                async with mail_server() as served:
                    assert await send(options(served)) == ""
            finally:
                free.set()

    asyncio.run(play())


def test_nobody_listening_is_temporary() -> None:
    async def play() -> None:
        async with mail_server() as served:
            chosen = options(served)
        with pytest.raises(NotifyError) as caught:
            await send(chosen)
        assert (caught.value.code, caught.value.permanent) == ("unreachable", False)

    asyncio.run(play())


@pytest.mark.parametrize(
    "fields",
    [
        {"to": []},
        {"to": ["no-at-sign"]},
        {"to": ["a@b.cn\r\nRCPT TO:<c@d.cn>"]},
        {"to": ["a@b.cn, c@d.cn"]},
        {"sender": "Name <a@b.cn>"},
        {"security": "none", "user": "noc", "password": PASSWORD},
        {"security": "tls", "user": "noc"},
        {"port": 0},
        {"ca_file": "/nonexistent.pem"},
    ],
)
def test_options_that_cannot_be_meant_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        options(Mails(None, 25), **fields)
