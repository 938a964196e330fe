"""Options that make no sense are refused before the start, by name."""

from __future__ import annotations

from importlib import import_module

import pytest
from pydantic import ValidationError

from collectors.http import Options


def refused(kind: str, **options: object) -> set[str]:
    """Return the codes of what is wrong."""
    with pytest.raises(ValidationError) as found:
        import_module(f"collectors.{kind}").Options.model_validate(options)
    return {error["type"] for error in found.value.errors()}


@pytest.mark.parametrize(
    "url",
    ["portal.example", "ftp://portal.example/", "http://", "https://[::1", "http://a:b@c:x/", ""],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    assert refused("http", url=url) == {"bad_url"}


def test_a_password_in_a_url_is_refused_and_not_shown() -> None:
    with pytest.raises(ValidationError) as found:
        Options(url="https://admin:hunter2@portal.example/")

    assert [error["type"] for error in found.value.errors()] == ["url_with_secret"]
    assert "hunter2" not in str(found.value)


def test_a_url_in_chinese_is_written_as_it_is_sent() -> None:
    assert Options(url="https://政务.中国/首页#top").url == (
        "https://xn--zfr164b.xn--fiqs8s/%E9%A6%96%E9%A1%B5"
    )


@pytest.mark.parametrize("status", [99, "2xx", 600, "200-", True, 200.5, None])
def test_what_is_no_status_is_refused(status: object) -> None:
    assert refused("http", url="http://a.example/", status=status) == {"bad_status"}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("Bad Header", "x", "bad_header"),
        ("Host", "x", "bad_header"),
        ("X-Title", "政务", "bad_header"),
        ("X-A", "a\r\nX-B: b", "header_secret"),
        ("Authorization", "Bearer x", "header_secret"),
        ("Cookie", "session=1", "header_secret"),
    ],
)
def test_a_header_that_may_not_be_set_is_refused(name: str, value: str, code: str) -> None:
    assert refused("http", url="http://a.example/", headers={name: value}) == {code}


@pytest.mark.parametrize("kind", ["tls", "tcp"])
@pytest.mark.parametrize("host", ["", "a b", "http://a.example", "-", "a/b", "a:443"])
def test_what_is_no_host_is_refused(kind: str, host: str) -> None:
    assert refused(kind, host=host, port=443) == {"bad_host"}


@pytest.mark.parametrize("allow", ["10.0.0.1/8", "lan", ["10.0.0.0/8", "x"]])
def test_what_is_no_network_is_refused(allow: object) -> None:
    assert refused("tcp", host="a.example", port=1, allow=allow) == {"bad_network"}


def test_a_file_of_authorities_is_named_by_its_whole_path() -> None:
    assert refused("tls", host="a.example", ca="ca.pem") == {"needs_absolute_path"}


def test_a_name_server_is_an_address() -> None:
    assert refused("dns", server="ns.example", name="a.example") == {"bad_address"}


@pytest.mark.parametrize("kind", ["http", "tls", "tcp", "dns"])
def test_an_unknown_key_is_refused(kind: str) -> None:
    assert "extra_forbidden" in refused(kind, follow=True)
