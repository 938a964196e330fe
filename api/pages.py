"""The web page's files: read once, served by name, nothing else of the disk reachable."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter
from fastapi import Path as InPath
from starlette.responses import Response

from api.desk import ByCaller
from api.refusal import Refusal
from api.settings import ApiSettings
from texts.say import Language, catalogue, say

ROUTES: Final = APIRouter(include_in_schema=False)
_FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@cache
def _files() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in _FOLDER.iterdir() if file.suffix in _TYPES}


def _file(name: str) -> Response:
    content = _files().get(name)
    if content is None:
        raise Refusal(404, "unknown_file", name=name)
    return Response(content, media_type=_TYPES[Path(name).suffix])


def login_page(
    language: Language, settings: ApiSettings, *, status: int = 200, error: str = ""
) -> Response:
    """Render the form: its texts and one error, each escaped."""
    page = _files()["login.html"].decode()
    words = {code: say(code, language) for code in catalogue() if code.startswith("page.login.")}
    words |= {
        "error": error,
        "lang": "zh-CN" if language == "zh" else "en",
        "title": settings.title or say("page.title", language),
    }
    for code, text in words.items():
        page = page.replace("{" + code + "}", html.escape(text))
    return Response(page, status, media_type=_TYPES[".html"])


@ROUTES.get("/")
async def index(_: ByCaller) -> Response:
    """Return the page."""
    return _file("index.html")


@ROUTES.get("/docs")
async def docs(_: ByCaller) -> Response:
    """Return the list of routes, drawn from /openapi.json."""
    return _file("docs.html")


@ROUTES.get("/static/login.css")
async def login_style() -> Response:
    """Return the style of the form, for anonymous too."""
    return _file("login.css")


@ROUTES.get("/static/icon.svg")
async def icon() -> Response:
    """Return the icon, for anonymous too."""
    return _file("icon.svg")


@ROUTES.get("/favicon.ico")
async def favicon() -> Response:
    """Return the icon under the name that browsers try."""
    return _file("icon.svg")


@ROUTES.get("/static/{name}")
async def static(_: ByCaller, name: Annotated[str, InPath(max_length=64)]) -> Response:
    """Return one file of the page."""
    return _file(name)
