"""A web server is asked for a page, and what is wrong with the answer has a name."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web as served

from metrics.observation import Outcome
from tests.checks.asking import Checked, ask, check, here, probe_of, web
from tests.checks.authority import Authority
from tests.checks.serving import Handler, saying, talking, website
from tests.servers import free_port


def page(text: str = "政务服务", status: int = 200, **more: object) -> Handler:
    async def answer(request: served.Request) -> served.Response:
        return served.Response(text=text, status=status, **more)  # type: ignore[arg-type]

    return answer


def to(place: str, status: int = 302) -> Handler:
    async def answer(request: served.Request) -> served.Response:
        return served.Response(status=status, headers={"Location": place})

    return answer


async def echo(request: served.Request) -> served.Response:
    """Say what was asked."""
    body = await request.text()
    lines = [request.method, body, *(f"{k}: {v}" for k, v in request.headers.items())]
    return served.Response(text="\n".join(lines))


def visit(
    pages: dict[str, Handler],
    *,
    context: ssl.SSLContext | None = None,
    path: str = "/",
    name: str = "portal.example",
    **options: object,
) -> Checked:
    """Serve pages and check one of them under a name."""

    async def run() -> Checked:
        async with website(pages, context) as port:
            scheme = "https" if context else "http"
            url = f"{scheme}://{name}:{port}{path}"
            return await check("http", url=url, address=here(port), **options)

    return asyncio.run(run())


def told(answer: bytes, **options: object) -> Checked:
    """Check a server that says these bytes."""

    async def run() -> Checked:
        async with saying(answer) as port:
            return await check("http", url=f"http://127.0.0.1:{port}/", **options)

    return asyncio.run(run())


def test_a_page_that_is_as_it_should_be_is_a_success() -> None:
    found = visit({"/": page()}, text="政务服务")

    assert (found.outcome, found.reason, found["success"]) == (Outcome.ANSWERED, "", 1)
    assert found["http_status_code"] == 200
    assert found["http_content_length"] == len("政务服务".encode())
    assert found["ip_protocol"] == 4


def test_each_phase_has_its_time_and_together_they_are_the_duration() -> None:
    async def slow(request: served.Request) -> served.Response:
        await asyncio.sleep(0.05)
        return served.Response(text="ok")

    found = visit({"/": slow})

    phases = [
        found[f"http_{p}_seconds"] or 0 for p in ("resolve", "connect", "processing", "transfer")
    ]
    assert found["http_processing_seconds"] >= 0.04  # type: ignore[operator]
    assert found["http_tls_seconds"] is None
    assert sum(phases) <= (found["duration_seconds"] or 0)


def test_a_status_that_is_not_expected_is_named() -> None:
    found = visit({"/": page(status=503)})

    assert (found.outcome, found.reason, found["success"]) == (Outcome.ANSWERED, "http_status", 0)
    assert found["http_status_code"] == 503


@pytest.mark.parametrize("status", [401, "400-499", [200, 401]])
def test_expected_statuses_are_numbers_and_ranges(status: object) -> None:
    assert visit({"/": page(status=401)}, status=status)["success"] == 1


def test_a_text_that_is_missing_is_named() -> None:
    assert visit({"/": page("维护中")}, text=["政务", "服务"]).reason == "text_missing"


def test_a_text_that_should_not_be_there_is_named() -> None:
    found = visit({"/": page("数据库连接失败")}, not_text="数据库连接失败")

    assert (found.reason, found["success"]) == ("text_forbidden", 0)


def test_a_page_in_gb18030_is_read_as_one() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gb2312\r\n\r\n" + (
        "<p>镕鎔政务服务".encode("gb18030")
    )

    assert told(answer, text="鎔政务")["success"] == 1


def test_a_packed_page_is_unpacked() -> None:
    packed = gzip.compress("政务服务".encode())
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"

    assert told(head.encode() + packed, text="政务服务")["success"] == 1


def test_a_coding_nobody_asked_for_is_named() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nabc"

    assert told(answer, text="x").reason == "unknown_coding"


@pytest.mark.parametrize("coding", ["none", "utf-8", "identity"])
def test_what_is_no_coding_is_not_heeded(coding: str) -> None:
    answer = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\nabc".encode()

    assert told(answer, text="abc")["success"] == 1


def test_redirects_are_followed_and_counted() -> None:
    pages = {"/": to("/a"), "/a": to("b", 301), "/b": page()}

    found = visit(pages, text="政务服务")

    assert (found["success"], found["http_redirects"]) == (1, 2)


def test_a_redirect_may_be_the_answer() -> None:
    found = visit({"/": to("/login")}, redirects=0, status=302)

    assert (found["success"], found["http_redirects"]) == (1, 0)


def test_a_circle_of_redirects_is_named() -> None:
    found = visit({"/": to("/a"), "/a": to("/")})

    assert (found.reason, found["success"]) == ("redirect_loop", 0)


def test_a_gate_that_sets_a_cookie_and_sends_us_to_the_same_page_is_passed() -> None:
    async def gate(request: served.Request) -> served.Response:
        if request.cookies.get("pass") == "1":
            return served.Response(text="政务服务")
        return served.Response(
            status=302, headers={"Location": "/", "Set-Cookie": "pass=1; Path=/; HttpOnly"}
        )

    assert visit({"/": gate}, text="政务服务")["success"] == 1


def test_a_gate_that_never_opens_is_a_circle() -> None:
    async def gate(request: served.Request) -> served.Response:
        return served.Response(status=302, headers={"Location": "/", "Set-Cookie": "a=1; Path=/"})

    assert visit({"/": gate}).reason == "redirect_loop"


def test_the_case_of_a_host_does_not_matter() -> None:
    async def run() -> Checked:
        async with (
            website({"/": page()}) as port,
            website({"/": to(f"http://PORTAL.example:{port}/")}) as first,
        ):
            url = f"http://portal.example:{first}/"
            return await check("http", url=url, address=here(first))

    found = asyncio.run(run())

    assert (found["success"], found["http_redirects"]) == (1, 1)


def test_a_chain_of_redirects_has_an_end() -> None:
    async def onward(request: served.Request) -> served.Response:
        number = int(request.match_info["n"])
        return served.Response(status=302, headers={"Location": f"/{number + 1}"})

    assert visit({"/{n}": onward}, path="/0", redirects=3).reason == "too_many_redirects"


def test_a_redirect_to_another_host_is_not_followed() -> None:
    found = visit({"/": to("http://evil.example/")})

    assert (found.reason, found["success"]) == ("redirect_out", 0)


@pytest.mark.parametrize(
    "place", ["ftp://portal.example/", "http://[", "http://:80/", "javascript:x"]
)
def test_a_redirect_to_nowhere_is_named(place: str) -> None:
    assert visit({"/": to(place)}).reason == "redirect_bad"


def test_a_redirect_in_raw_bytes_is_followed() -> None:
    async def run() -> Checked:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            request = await reader.readuntil(b"\r\n\r\n")
            target = request.split()[1]
            answer = {
                b"/": b"HTTP/1.1 302 Found\r\nLocation: /" + "首页".encode("gbk") + b"\r\n\r\n"
            }.get(target, b"HTTP/1.1 200 OK\r\n\r\n" + target)
            writer.write(answer)
            await writer.drain()

        async with talking(talk) as port:
            return await check("http", url=f"http://127.0.0.1:{port}/", text="/%CA%D7%D2%B3")

    assert asyncio.run(run())["success"] == 1


def test_a_post_sends_its_body_and_its_headers() -> None:
    found = visit(
        {"/": echo}, method="POST", body="单位=35", headers={"X-Unit": "fgw"},
        text=["POST", "单位=35", "X-Unit: fgw"],
    )  # fmt: skip

    assert found["success"] == 1


def test_a_head_has_no_body_and_announces_its_length() -> None:
    found = visit({"/": page("x" * 50)}, method="HEAD")

    assert (found["success"], found["http_content_length"]) == (1, 50)


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("basic", "Authorization: Basic bW9uaXRvcjpzM2NyZXQ="),
        ("bearer", "Authorization: Bearer s3cret"),
    ],
)
def test_a_login_is_sent(kind: str, header: str) -> None:
    assert visit({"/": echo}, login="app", auth=kind, text=header)["success"] == 1


def test_a_login_does_not_follow_a_redirect_to_another_port() -> None:
    async def run() -> Checked:
        async with (
            website({"/": echo}) as other,
            website({"/": to(f"http://127.0.0.1:{other}/")}) as port,
        ):
            url = f"http://127.0.0.1:{port}/"
            return await check("http", url=url, login="app", text="GET", not_text="Authorization")

    assert asyncio.run(run())["success"] == 1


def test_a_secret_shows_in_no_question() -> None:
    probe = probe_of("http", url="http://portal.example/", login="app")

    assert "s3cret" not in repr(probe.question)
    assert "czNjcmV0" not in repr(probe.question)


def test_a_server_that_is_not_there_refuses() -> None:
    found = asyncio.run(check("http", url=f"http://127.0.0.1:{free_port()}/"))

    assert (found.outcome, found.reason, found["success"]) == (Outcome.REFUSED, "refused", 0)
    assert found["http_status_code"] is None


def test_a_limit_is_told_as_a_share_of_it() -> None:
    async def slow(request: served.Request) -> served.Response:
        await asyncio.sleep(0.05)
        return served.Response(text="ok")

    found = visit({"/": slow}, limit=0.01)

    assert found["success"] == 1
    assert found["http_limit_ratio"] >= 5  # type: ignore[operator]


def test_a_good_certificate_is_trusted_and_its_end_is_told(authority: Authority) -> None:
    context = authority.context("portal.example", ends=20)

    found = visit({"/": page()}, context=context, ca=str(authority.file))

    assert (found.reason, found["success"]) == ("", 1)
    assert found["ssl_left_seconds"] == pytest.approx(20 * 86_400, abs=120)
    assert found["http_tls_seconds"] is not None


def test_a_tls_check_beside_it_tells_how_long_the_certificate_lasts(authority: Authority) -> None:
    async def run() -> Checked:
        async with website({"/": page()}, authority.context("portal.example")) as port:
            url = f"https://portal.example:{port}/"
            options = {"url": url, "address": here(port), "ca": str(authority.file)}
            return await ask(probe_of("http", "tls", **options))

    found = asyncio.run(run())

    assert (found["success"], found["ssl_left_seconds"]) == (1, None)


Make = Callable[[Authority], ssl.SSLContext]


@pytest.mark.parametrize(
    ("reason", "make"),
    [
        ("tls_expired", lambda a: a.context("portal.example", begins=-9, ends=-1)),
        ("tls_name_mismatch", lambda a: a.context("other.example")),
        ("tls_no_names", lambda a: a.context()),
        ("tls_self_signed", lambda a: a.context("portal.example", itself=True)),
    ],
)
def test_a_bad_certificate_is_a_failure_with_a_name(
    authority: Authority, reason: str, make: Make
) -> None:
    found = visit({"/": page()}, context=make(authority), ca=str(authority.file))

    assert (found.outcome, found.reason, found["success"]) == (Outcome.ANSWERED, reason, 0)
    assert found["ssl_left_seconds"] is not None


def test_an_unknown_authority_is_not_trusted(authority: Authority) -> None:
    found = visit({"/": page()}, context=authority.context("portal.example"))

    assert found.reason == "tls_untrusted"


def test_verification_is_off_only_where_the_inventory_says_so(authority: Authority) -> None:
    found = visit({"/": page()}, context=authority.context("other.example"), verify=False)

    assert found["success"] == 1
    assert found["ssl_earliest_cert_expiry"] is not None


def test_a_file_of_authorities_that_is_gone_proves_nothing(authority: Authority) -> None:
    context = authority.context("portal.example")

    found = visit({"/": page()}, context=context, ca="/nowhere/ca.pem")

    assert (found.outcome, found.reason, found["success"]) == (Outcome.SKIPPED, "ca_unread", None)


def test_an_authority_of_the_configuration_is_trusted_beside_the_machines(
    authority: Authority,
) -> None:
    async def run() -> Checked:
        async with website({"/": page()}, authority.context("portal.example")) as port:
            wire = web(ca=(authority.file,))
            wire.open()
            url = f"https://portal.example:{port}/"
            return await check("http", wire, url=url, address=here(port))

    assert asyncio.run(run())["success"] == 1


def test_a_file_that_holds_no_authority_is_named_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")

    with pytest.raises(OSError, match=r"ca\.pem"):
        web(ca=(tmp_path / "ca.pem",)).open()


@pytest.mark.ipv6
def test_an_address_of_ipv6_may_stand_in_a_url() -> None:
    found = asyncio.run(check("http", url=f"http://[::1]:{free_port(host='::1')}/"))

    assert (found.outcome, found["ip_protocol"]) == (Outcome.REFUSED, 6)


def test_plain_http_on_a_port_of_tls_is_garbled() -> None:
    async def run() -> Checked:
        async with website({"/": page()}) as port:
            return await check("http", url=f"https://127.0.0.1:{port}/")

    found = asyncio.run(run())

    assert (found.outcome, found.reason) == (Outcome.GARBLED, "tls_garbled")
