"""A server's certificates: whether they are trusted, and for how long."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import Callable

import pytest

from metrics.observation import Outcome
from tests.checks.asking import Checked, check, here
from tests.checks.authority import Authority, short_key
from tests.checks.serving import Talk, talking
from tests.servers import free_port

DAY = 86_400
Make = Callable[[Authority], ssl.SSLContext]


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


def look(
    context: ssl.SSLContext | None,
    authority: Authority,
    *,
    talk: Talk = silent,
    host: str = "portal.example",
    **options: object,
) -> Checked:
    """Serve with a context and look at it."""

    async def run() -> Checked:
        async with talking(talk, context) as port:
            return await check(
                "tls", host=host, port=port, address=here(port), ca=str(authority.file), **options
            )

    return asyncio.run(run())


def test_a_good_certificate_is_verified_and_its_days_are_told(authority: Authority) -> None:
    found = look(authority.context("portal.example", ends=40), authority)

    assert (found.outcome, found.reason, found["success"]) == (Outcome.ANSWERED, "", 1)
    assert found["ssl_verified"] == 1
    assert found["ssl_left_seconds"] == pytest.approx(40 * DAY, abs=120)
    assert found["ssl_last_chain_expiry_timestamp_seconds"] == found["ssl_earliest_cert_expiry"]
    assert found["tls_version"] == 1.3
    assert found["tlcp_only"] == 0


def test_a_certificate_that_ends_soon_is_good_and_told(authority: Authority) -> None:
    found = look(authority.context("portal.example", ends=6), authority, days=7)

    assert (found.reason, found["success"]) == ("tls_expires_soon", 0)
    assert found["ssl_verified"] == 1


@pytest.mark.parametrize(
    ("reason", "make"),
    [
        ("tls_expired", lambda a: a.context("portal.example", begins=-9, ends=-1)),
        ("tls_not_yet_valid", lambda a: a.context("portal.example", begins=1)),
        ("tls_name_mismatch", lambda a: a.context("other.example")),
        ("tls_name_mismatch", lambda a: a.context("*.portal.example")),
        ("tls_no_names", lambda a: a.context()),
        ("tls_self_signed", lambda a: a.context("portal.example", itself=True)),
        ("tls_untrusted", lambda a: Authority(a.file.parent / "other").context("portal.example")),
        ("tls_weak", lambda a: a.context("portal.example", key=short_key())),
    ],
)
def test_what_is_wrong_with_a_certificate_has_a_name(
    authority: Authority, reason: str, make: Make
) -> None:
    (authority.file.parent / "other").mkdir(exist_ok=True)

    found = look(make(authority), authority)

    assert (found.outcome, found.reason, found["success"]) == (Outcome.ANSWERED, reason, 0)
    assert found["ssl_verified"] == 0
    assert found["ssl_left_seconds"] is not None


def test_trust_and_time_are_two_facts(authority: Authority) -> None:
    """One nobody vouches for may last for years, and says so."""
    found = look(authority.context("portal.example", ends=700, itself=True), authority)

    assert found["ssl_verified"] == 0
    assert found["ssl_left_seconds"] == pytest.approx(700 * DAY, abs=120)


def test_an_address_may_have_a_certificate_too(authority: Authority) -> None:
    found = look(authority.context("127.0.0.1"), authority, host="127.0.0.1")

    assert found["success"] == 1


def test_the_name_may_be_another_than_the_host(authority: Authority) -> None:
    context = authority.context("portal.example")

    found = look(context, authority, host="127.0.0.1", name="portal.example")

    assert found["success"] == 1


def test_a_server_of_old_is_named(authority: Authority) -> None:
    """It speaks TLS 1.1 at best."""
    context = authority.context("portal.example")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python says that nobody should
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1

    found = look(context, authority)

    assert (found.reason, found["success"], found["tls_version"]) == ("tls_old", 0, 1.1)


def moody(context: ssl.SSLContext, refused: int) -> Talk:
    """Hang up on the first so many connections, as a balancer with a dead back end does."""
    seen: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(1)
        if len(seen) <= refused:
            await reader.read(100)
            return
        await writer.start_tls(context)
        await reader.read()

    return talk


@pytest.mark.parametrize("refused", [1, 2])
def test_a_server_that_hung_up_once_is_no_server_of_old(authority: Authority, refused: int) -> None:
    """The second look finds nothing old; what was wrong is that it hung up."""
    context = authority.context("portal.example")

    found = look(None, authority, talk=moody(context, refused))

    assert (found.outcome, found.reason) == (Outcome.REFUSED, "reset")


def test_a_server_of_old_that_hangs_up_on_what_is_new_is_named(authority: Authority) -> None:
    context = authority.context("portal.example")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python says that nobody should
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1

    assert look(None, authority, talk=moody(context, 1)).reason == "tls_old"


def test_a_server_that_wants_a_certificate_of_ours_is_still_seen(authority: Authority) -> None:
    context = authority.context("portal.example")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.file)

    assert look(context, authority)["ssl_verified"] == 1


def test_what_is_no_tls_is_garbled(authority: Authority) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        await writer.drain()

    found = look(None, authority, talk=talk)

    assert (found.outcome, found.reason, found["success"]) == (Outcome.GARBLED, "tls_garbled", 0)


def test_a_server_that_hangs_up_has_reset(authority: Authority) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)

    found = look(None, authority, talk=talk)

    assert (found.outcome, found.reason) == (Outcome.REFUSED, "reset")


def test_nobody_there_is_refused(authority: Authority) -> None:
    found = asyncio.run(check("tls", host="127.0.0.1", port=free_port()))

    assert (found.outcome, found.reason, found["success"]) == (Outcome.REFUSED, "refused", 0)


def test_a_server_that_shakes_no_hand_is_silent(authority: Authority) -> None:
    found = look(None, authority, timeout=0.3)

    assert (found.outcome, found.reason) == (Outcome.SILENT, "timeout_tls")


def mail(script: list[tuple[bytes, bytes]], context: ssl.SSLContext) -> Talk:
    """Talk as a mail server: what is said at first, then what is said to each line; then TLS."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for expected, said in script:
            if expected:
                assert (await reader.readline()).strip() == expected
            writer.write(said)
            await writer.drain()
        await writer.start_tls(context)
        await reader.read()

    return talk


@pytest.mark.parametrize(
    ("protocol", "script"),
    [
        (
            "smtp",
            [
                (b"", b"220-mail.example\r\n220 ready\r\n"),
                (b"EHLO extranet-monitor", b"250-mail\r\n250 STARTTLS\r\n"),
                (b"STARTTLS", b"220 go ahead\r\n"),
            ],
        ),
        (
            "imap",
            [(b"", b"* OK ready\r\n"), (b"a STARTTLS", b"* CAPABILITY X\r\na OK begin\r\n")],
        ),
        ("pop3", [(b"", b"+OK ready\r\n"), (b"STLS", b"+OK begin\r\n")]),
    ],
)
def test_tls_may_begin_in_the_middle(
    authority: Authority, protocol: str, script: list[tuple[bytes, bytes]]
) -> None:
    talk = mail(script, authority.context("portal.example"))

    assert look(None, authority, talk=talk, starttls=protocol)["success"] == 1


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        ("smtp", b"554 no\r\n"),
        ("imap", b"* BYE\r\n"),
        ("pop3", b"-ERR\r\n"),
        ("smtp", b"220-" + b"x" * 20_000),
    ],
)
def test_a_mail_server_without_tls_is_named(
    authority: Authority, protocol: str, said: bytes
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        writer.write_eof()
        await reader.read()

    found = look(None, authority, talk=talk, starttls=protocol)

    assert (found.outcome, found.reason) == (Outcome.GARBLED, "no_starttls")
