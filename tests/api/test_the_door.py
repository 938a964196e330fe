"""What comes in is examined, what goes out is framed, and every error says what to do."""

from __future__ import annotations

import logging
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.refusal import Refusal, language_of, problem, shown
from api.roles import ROUTES
from tests.api.running import Running, running
from texts.say import catalogue


@pytest.mark.parametrize("name", ["token", "TOKEN", "access_token", "api_key", "password"])
def test_a_token_in_an_address_is_refused_even_when_it_is_good(api: Running, name: str) -> None:
    answer = api.ask(f"/api/v1/me?{name}={api.token('viewer')}")
    assert (answer.status, answer.json["code"]) == (400, "secret_in_url")
    assert api.token("viewer").encode() not in answer.body


def test_a_token_in_an_address_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), running(access_log=True, log_level="debug") as api:
        api.ask("/api/v1/sites?limit=7", api.token("viewer"))
        api.ask("/api/v1/sites?limit=7&token=very-secret", api.token("viewer"))
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "limit=7 " in logged, "the access log was on"
    assert "very-secret" not in logged


@pytest.mark.parametrize(
    "path", ["/healthz", "/login", "/api/v1/me", "/nothing", "/static/page.js"]
)
def test_every_answer_carries_the_headers_that_keep_a_browser_honest(
    api: Running, path: str
) -> None:
    for token in (None, api.token("viewer")):
        headers = api.ask(path, token).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == (
            "no-cache" if path.startswith("/static/") else "no-store"
        )


def test_an_error_inside_says_nothing_of_the_inside_and_carries_the_headers(
    api: Running, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("/etc/secret of the inside")

    real = api.province.alerts
    api.province.alerts = broken  # type: ignore[method-assign,assignment]  # a bug in a part
    try:
        answer = api.ask("/api/v1/alerts", api.token("viewer"))
    finally:
        api.province.alerts = real  # type: ignore[method-assign]  # as it was
    assert (answer.status, answer.json["code"]) == (500, "internal")
    assert b"inside of" not in answer.body
    assert b"secret" not in answer.body
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "request failed: GET /api/v1/alerts" in caplog.text


def test_a_large_body_is_refused_whether_it_says_its_length_or_not(api: Running) -> None:
    answer = api.ask("/login", method="POST", body=b"token=" + b"x" * 20_000)
    assert (answer.status, answer.json["code"]) == (413, "body_too_large")
    with socket.create_connection(("127.0.0.1", api.port), 10) as wire:
        wire.sendall(
            b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
             b"1000\r\n" + b"x" * 4096 + b"\r\n" + b"4000\r\n" + b"x" * 16384 + b"\r\n"
        )  # fmt: skip
        assert wire.recv(100).startswith(b"HTTP/1.1 413")


def test_a_long_query_is_refused(api: Running) -> None:
    answer = api.ask("/api/v1/sites?area=" + "x" * 3000, api.token("viewer"))
    assert (answer.status, answer.json["code"]) == (414, "address_too_long")


@pytest.mark.parametrize(
    ("path", "code", "names"),
    [
        ("/api/v1/links/no-such", "unknown_link", "no-such"),
        ("/api/v1/sites/no-such", "unknown_site", "no-such"),
        ("/api/v1/carriers/no-such/availability", "unknown_carrier", "no-such"),
        ("/api/v1/outages?target=site:no-such", "", ""),
        ("/static/no-such.js", "unknown_file", "no-such.js"),
        ("/nothing", "unknown_route", "/nothing"),
        ("/static/..%2f..%2fapp.py", "unknown_route", ".."),
    ],
)
def test_what_does_not_exist_is_named(api: Running, path: str, code: str, names: str) -> None:
    answer = api.ask(path, api.token("viewer"))
    if code:
        assert (answer.status, answer.json["code"]) == (404, code)
        assert names in answer.json["message"]
    else:
        assert answer.json == {"items": [], "more": False}


def test_what_a_caller_sent_is_said_back_harmless_and_short(api: Running) -> None:
    answer = api.ask("/api/v1/links/%3Cscript%3Ealert(1)%3C%2Fscript%3E", api.token("viewer"))
    assert answer.status == 404
    answer = api.ask("/api/v1/links/%3Cscript%3Ealert(1)%07", api.token("viewer"))
    assert b"<" not in answer.body
    assert answer.json["link"] == "<script>alert(1)�"
    assert len(api.ask("/api/v1/links/" + "x" * 180, api.token("viewer")).json["link"]) == 101


@given(st.text(max_size=300))
def test_what_is_shown_is_printable_and_bounded(text: str) -> None:
    assert shown(text).isprintable()
    assert len(shown(text)) <= 101


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("links?state=broken", "unknown_state"), ("links?limit=0", "bad_parameter"),
        ("links?limit=1001", "bad_parameter"), ("links?limit=ten", "bad_parameter"),
        ("links?stat=down", "unknown_parameter"), ("links?cursor=gone", "stale_cursor"),
        ("links?level=planet", "bad_parameter"), ("sites?area=", "bad_parameter"),
        ("outages?since=5&until=5", "empty_window"), ("outages?since=-1", "bad_parameter"),
        ("outages?since=0", "window_too_long"), ("outages?running=perhaps", "bad_parameter"),
        ("links/c0-unicom/history?since=0", "window_too_long"),
        ("carriers/unicom/availability?period=2026-13", "unknown_period"),
        ("carriers/unicom/availability?period=2026Q5", "unknown_period"),
        ("carriers/unicom/availability?period=2027-01", "unknown_period"),
        ("links/c0-unicom/availability?period=last", "unknown_period"),
        ("texts?lang=fr", "bad_parameter"),
    ],
)  # fmt: skip
def test_a_parameter_that_does_not_fit_is_explained(api: Running, query: str, code: str) -> None:
    for language, mark in (("en", "."), ("zh-CN", "。")):
        answer = api.ask(
            f"/api/v1/{query}", api.token("viewer"), headers={"Accept-Language": language}
        )
        assert (answer.status, answer.json["code"]) == (422, code)
        assert answer.json["message"].endswith(mark)
        assert "{" not in answer.json["message"]


def test_an_unknown_period_names_the_accepted_forms(api: Running) -> None:
    answer = api.ask(
        "/api/v1/carriers/unicom/availability?period=November",
        api.token("viewer"),
        headers={"Accept-Language": "en"},
    )
    for form in ("November", "2026-11", "2026Q4"):
        assert form in answer.json["message"]


@pytest.mark.parametrize("shard", ["4/4", "1", "-1/2", "a/b", "0/0", "１/２"])
def test_a_shard_that_does_not_exist_is_refused(api: Running, shard: str) -> None:
    path = "/metrics/devices?shard=" + "".join(f"%{byte:02x}" for byte in shard.encode())
    assert api.ask(path, api.token("viewer")).json["code"] == "bad_shard"


def test_metrics_are_text_for_prometheus(api: Running) -> None:
    answer = api.ask("/metrics/devices?shard=1/4", api.token("viewer"))
    assert answer.body == b"shard 1 of 4\n"
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert api.ask("/metrics", api.token("viewer")).body.startswith(b"extranet_monitor")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "the store cannot be reached"), ("zh", "无法连接存储")],
)
def test_a_sink_in_trouble_says_so_in_the_callers_language(
    api: Running, language: str, sentence: str
) -> None:
    trouble = {"ok": False, "reason": "unreachable", "detail": "Connection refused"}
    api.province.parts["sink x"] = {**trouble, "text": "sinks.unreachable"}
    headers = {"Accept-Language": language}
    told = api.ask("/api/v1/health", api.token("viewer"), headers=headers).json
    del api.province.parts["sink x"]
    assert told["parts"]["sink x"] == {**trouble, "text": sentence}


def test_health_tells_anybody_no_more_than_ok_or_not(api: Running) -> None:
    assert (api.ask("/healthz").status, api.ask("/healthz").json) == (200, {"ok": True})
    api.province.ok = False
    try:
        assert (api.ask("/healthz").status, api.ask("/healthz").json) == (503, {"ok": False})
        assert "parts" in api.ask("/api/v1/health", api.token("viewer")).json
    finally:
        api.province.ok = True


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"), ("fr", "zh"), ("en", "en"), ("en-GB,en;q=0.9", "en"), ("zh-Hant", "zh"),
        ("zh;q=0.2, en;q=0.8", "en"), ("en;q=0, zh;q=0.1", "zh"), ("en;q=x", "zh"),
        (";;,,=", "zh"),
    ],
)  # fmt: skip
def test_the_language_is_the_weightiest_we_speak(header: str, language: str) -> None:
    assert language_of(header, "zh") == language


@given(st.text(max_size=600))
def test_no_language_header_breaks_anything(header: str) -> None:
    assert language_of(header, "en") in {"en", "zh"}


def test_every_refusal_has_its_sentence_in_both_languages() -> None:
    for code, (english, chinese) in catalogue().items():
        if code.startswith(("api.", "page.")):
            assert english, code
            assert chinese, code
    body = problem(Refusal(401, "bad_token"), "en").body
    assert b"api.bad_token" not in bytes(body)


def test_the_list_of_routes_needs_nothing_from_outside(api: Running) -> None:
    described = api.ask("/openapi.json", api.token("viewer")).json["paths"]
    listed = {path.replace(":path", "") for _, path in ROUTES if path.startswith("/api/")}
    assert {path for path in described if path.startswith("/api/")} == listed
    assert b"http" not in api.ask("/docs", api.token("viewer")).body
