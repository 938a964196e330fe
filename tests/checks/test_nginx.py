"""A real web server: what it packs, redirects, refuses and shows is read as it is."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from metrics.observation import Outcome
from tests.checks.asking import Checked, check, here
from tests.checks.authority import Authority
from tests.servers import free_port, run_program, wait_for

pytestmark = pytest.mark.server("nginx")

CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  types {{ text/html html; }}
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  gzip on;
  gzip_min_length 1;
  server {{
    listen 127.0.0.1:{plain};
    location / {{ return 301 https://portal.example:{secure}$request_uri; }}
  }}
  server {{
    listen 127.0.0.1:{secure} ssl;
    server_name portal.example;
    ssl_certificate {certificate};
    ssl_certificate_key {certificate};
    ssl_protocols TLSv1.2;
    root {folder}/site;
    location = /gone {{ return 410; }}
    location = /closed {{ return 444; }}
  }}
}}
"""


class Site:
    """Where it listens."""

    def __init__(self, plain: int, secure: int, ca: Path) -> None:
        self.plain = plain
        self.secure = secure
        self.ca = ca

    def visit(self, path: str, **options: object) -> Checked:
        url = f"https://portal.example:{self.secure}{path}"
        return asyncio.run(
            check("http", url=url, address=here(self.secure), ca=str(self.ca), **options)
        )


def listens(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port)):
        return True


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "site").mkdir()
    page = "<meta charset=gb2312><title>湖北省电子政务外网</title>" + "政务公开" * 200
    (folder / "site" / "index.html").write_bytes(page.encode("gb18030"))
    plain, secure = free_port(), free_port()
    certificate = authority.certificate_file("portal.example", ends=50)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(folder=folder, plain=plain, secure=secure, certificate=certificate)
    )
    command = ["nginx", "-c", str(configuration), "-p", str(folder), "-e", str(folder / "e.log")]
    with run_program(command, folder / "log"):
        wait_for(lambda: listens(secure), what="nginx")
        yield Site(plain, secure, authority.file)


def test_a_packed_page_in_gb2312_is_read(site: Site) -> None:
    found = site.visit("/index.html", text=["湖北省电子政务外网", "政务公开政务公开"])

    assert (found.outcome, found.reason, found["success"]) == (Outcome.ANSWERED, "", 1)
    assert found["ssl_left_seconds"] == pytest.approx(50 * 86_400, abs=120)


def test_a_redirect_from_http_to_https_is_followed(site: Site) -> None:
    """To another port of the same host; `address` names the host's first one only."""
    url = f"http://portal.example:{site.plain}/"

    found = asyncio.run(
        check("http", url=url, address=here(site.plain), ca=str(site.ca), text="政务公开")
    )

    assert (found["success"], found["http_redirects"]) == (1, 1)


def test_a_status_of_its_own_is_told(site: Site) -> None:
    found = site.visit("/gone")

    assert (found.reason, found["http_status_code"]) == ("http_status", 410)


def test_a_connection_that_it_closes_is_named(site: Site) -> None:
    found = site.visit("/closed")

    assert (found.outcome, found.reason) == (Outcome.GARBLED, "no_answer")


def test_its_certificate_is_looked_at(site: Site) -> None:
    found = asyncio.run(
        check(
            "tls", host="portal.example", port=site.secure, address=here(site.secure),
            ca=str(site.ca),
        )
    )  # fmt: skip

    assert (found["success"], found["ssl_verified"], found["tls_version"]) == (1, 1, 1.2)
