"""A browser exchanges the token for a session; its cookie and its changes are guarded."""

from __future__ import annotations

import pytest

from api.settings import ApiSettings
from tests.api.running import Running, running


def test_the_form_gives_a_session_that_the_api_accepts() -> None:
    with running() as api:
        cookie = api.session(api.token("viewer"))
        assert api.ask("/api/v1/me", headers=cookie).status == 200


@pytest.mark.parametrize(
    ("tls", "name", "secure"), [(False, "extranet", False), (True, "__Host-extranet", True)]
)
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    *, tls: bool, name: str, secure: bool
) -> None:
    with running(settings=ApiSettings(tls=tls)) as api:
        (cookie,) = api.login(api.token("viewer")).cookies
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith(f"{name}=")
    assert {"httponly", "samesite=strict", "path=/"} <= attributes
    assert ("secure" in attributes) is secure
    assert not any(part.startswith("domain") for part in attributes)


def test_the_token_is_neither_in_the_cookie_nor_in_the_page(api: Running) -> None:
    token = api.token("viewer")
    answer = api.login(token)
    assert token not in answer.cookies[0]
    assert token.encode() not in answer.body
    assert answer.headers["location"] == "/"


def test_a_change_by_session_needs_the_token_of_that_session(api: Running) -> None:
    cookie = api.session(api.token("admin"))
    other = api.ask("/api/v1/me", headers=api.session(api.token("admin"))).json["csrf"]
    own = api.ask("/api/v1/me", headers=cookie).json["csrf"]
    for headers, code in (
        (cookie, "bad_csrf"),
        (cookie | {"X-CSRF-Token": ""}, "bad_csrf"),
        (cookie | {"X-CSRF-Token": other}, "bad_csrf"),
        (cookie | {"X-CSRF-Token": "ÿ"}, "bad_csrf"),
    ):
        answer = api.ask("/api/v1/reload", method="POST", headers=headers)
        assert (answer.status, answer.json["code"]) == (403, code)
    right = cookie | {"X-CSRF-Token": own}
    assert api.ask("/api/v1/reload", method="POST", headers=right).status == 200


def test_a_program_has_no_session_token_and_needs_none(api: Running) -> None:
    token = api.token("admin")
    assert api.ask("/api/v1/me", token).json["csrf"] is None
    assert api.ask("/api/v1/reload", token, method="POST").status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_sites_page_can_neither_change_nor_log_in(api: Running, site: str) -> None:
    cookie = api.session(api.token("admin"))
    csrf = {"X-CSRF-Token": api.ask("/api/v1/me", headers=cookie).json["csrf"]}
    foreign = cookie | csrf | {"Sec-Fetch-Site": site}
    assert api.ask("/api/v1/reload", method="POST", headers=foreign).status == 403
    assert api.login(api.token("admin"), **{"Sec-Fetch-Site": site}).status == 403


def test_logging_out_ends_the_session_on_the_server(api: Running) -> None:
    cookie = api.session(api.token("viewer"))
    csrf = {"X-CSRF-Token": api.ask("/api/v1/me", headers=cookie).json["csrf"]}
    answer = api.ask("/logout", method="POST", headers=cookie | csrf)
    assert answer.status == 200
    assert 'extranet=""' in answer.cookies[0]
    assert api.ask("/api/v1/me", headers=cookie).status == 401


def test_a_session_ends_when_it_is_idle() -> None:
    with running() as api:
        cookie = api.session(api.token("viewer"))
        api.province.clock += 31 * 60
        assert api.ask("/api/v1/me", headers=cookie).status == 401


def test_a_persons_sessions_end_with_his_token() -> None:
    with running() as api:
        cookie = api.session(api.token("viewer"))
        name = api.ask("/api/v1/me", headers=cookie).json["name"]
        api.do(lambda: api.crowd.revoke(name))
        assert api.ask("/api/v1/me", headers=cookie).status == 401


def test_a_wrong_token_beside_a_good_session_is_refused(api: Running) -> None:
    cookie = api.session(api.token("viewer"))
    answer = api.ask("/api/v1/me", "wrong", headers=cookie)
    assert (answer.status, answer.json["code"]) == (401, "bad_token")


@pytest.mark.parametrize("authorization", ["Basic YTpi", "Bearer", "Bearer ", "bearer\tx", "x"])
def test_a_header_that_is_no_bearer_token_is_refused(api: Running, authorization: str) -> None:
    answer = api.ask("/api/v1/me", headers={"Authorization": authorization})
    assert answer.status in {401, 429}


def test_the_form_says_what_was_wrong_in_the_readers_language() -> None:
    with running() as api:
        page = api.login("wrong", Accept="text/html", **{"Accept-Language": "en"})
        assert page.status == 401
        assert "Nobody has this token" in page.body.decode()
        page = api.login("wrong", Accept="text/html", **{"Accept-Language": "zh-CN,zh;q=0.9"})
        assert "该令牌无效" in page.body.decode()


def test_a_person_who_is_not_logged_in_gets_the_form_at_any_address(api: Running) -> None:
    answer = api.ask("/", headers={"Accept": "text/html"})
    assert answer.status == 401
    assert 'action="/login"' in answer.body.decode()


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=1&" * 20, b"", b"token="])
def test_a_form_that_cannot_be_read_is_refused(body: bytes) -> None:
    with running() as api:
        answer = api.ask("/login", method="POST", body=body)
        assert answer.status in {400, 401}
        assert not answer.cookies
