"""A page that stands alone: no script, nothing from elsewhere, and it prints well.

Its own policy allows its one style sheet by hash and nothing else, so that a text that would be
markup finds nothing to run even where an escape were forgotten.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from sla.renderers._strip import COLOURS
from sla.renderers._tables import Column, Row
from sla.renderers._words import Words, clean

MEDIA: Final = "text/html; charset=utf-8"
_STYLE: Final = """
@page { size: A4 landscape; margin: 12mm 10mm 14mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 28px 32px; max-width: 1500px; background: #fff; color: #16202b;
  font: 13px/1.55 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC",
  system-ui, sans-serif; }
:lang(en) body { font-family: "Segoe UI", "Helvetica Neue", "DejaVu Sans", Arial,
  "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
h1 { font-size: 24px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 30px 0 8px; padding-bottom: 4px; border-bottom: 2px solid #27435f;
  break-after: avoid; }
.sub { color: #51647a; margin: 2px 0 0; }
.hash { font: 11px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; color: #51647a;
  margin: 4px 0 18px; overflow-wrap: anywhere; }
.warn { border: 2px solid #b00020; color: #b00020; padding: 8px 12px; font-weight: 600; }
.note { color: #51647a; }
table { border-collapse: collapse; width: 100%; font-size: 12px; }
th, td { border: 1px solid #b8c0cc; padding: 3px 6px; vertical-align: top; text-align: left;
  overflow-wrap: anywhere; }
thead th { background: #e7ecf3; font-weight: 600; text-align: center; vertical-align: middle; }
thead { display: table-header-group; }
thead th { overflow-wrap: normal; }
tr { break-inside: avoid; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.t { min-width: 92px; font-variant-numeric: tabular-nums; }
.x { min-width: 150px; }
.k { min-width: 96px; }
.s { white-space: nowrap; }
.wide { overflow-x: auto; }
.pair { width: auto; min-width: 55%; }
.pair th { background: #f4f7fa; font-weight: 500; width: 300px; }
.cards { display: flex; flex-wrap: wrap; gap: 12px; margin: 0 0 18px; }
.card { border: 1px solid #b8c0cc; border-top: 3px solid #27435f; padding: 8px 16px;
  min-width: 150px; }
.card b { display: block; font-size: 22px; font-weight: 600; white-space: nowrap; }
.card span { color: #51647a; }
svg { display: block; width: 100%; }
.key { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0; margin: 8px 0; }
.key svg { display: inline-block; width: 14px; height: 12px; margin-right: 6px;
  vertical-align: -1px; }
.sign { display: grid; grid-template-columns: repeat(3, 1fr); gap: 16px; break-inside: avoid; }
.sign div { border: 1px solid #b8c0cc; padding: 10px 14px 14px; }
.sign p { margin: 26px 0 0; border-bottom: 1px solid #51647a; }
ol { padding-left: 24px; }
li { margin: 4px 0; }
footer { margin-top: 28px; border-top: 1px solid #b8c0cc; padding-top: 6px; }
@media print {
  body { padding: 0; max-width: none; font-size: 10px; }
  table { font-size: 7.5px; }
  th, td { padding: 1.5px 3px; }
  .pair { font-size: 9.5px; }
  .t { min-width: 50px; } .x { min-width: 80px; }
  .wide { overflow: visible; }
  h1 { font-size: 18px; } h2 { font-size: 13px; margin-top: 16px; }
  .k { min-width: 52px; }
  ul, ol { margin: 4px 0; } li { margin: 1px 0; }
}
"""
_NOT_HEX: Final = re.compile("[^0-9a-f]")
_TEXT: Final = frozenset({"text", "time"})
_KEYS: Final = frozenset({"link", "overlay", "event"})
_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9,.]*( %)?")
_SHORT: Final = frozenset({"level", "status", "met", "honoured", "in_time", "month"})
_LONG: Final = frozenset({"title", "facts", "documents", "filing_title", "why", "basis", "links"})


def text(value: str) -> str:
    """Return a text as it may stand in a page, attributes included."""
    return escape(clean(value)).replace("\n", "<br>")


def page(
    words: Words, title: str, hashes: Sequence[str], parts: Iterable[str], *, upright: bool = False
) -> bytes:
    """Return the page; `hashes`: hex, on each printed page by the margin boxes of its style.

    `upright`: printed so. Of several hashes the page's own body has the whole.

    A browser that knows no margin boxes (before 2025) prints them on the first and last page only.
    """
    lang = "zh-CN" if words.language == "zh" else "en"
    style = _STYLE + _margins(hashes) + ("@page { size: A4 portrait; }\n" if upright else "")
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
    )
    head = (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{text(title)}</title><style>{style}</style></head><body>\n"
    )
    lines = "".join(
        f'<p class="hash">{text(words.say("hash_short", sha256=one))}</p>'
        for one in hashes[: 1 if len(hashes) == 1 else 0]
    )
    foot = f"<footer>{lines}</footer>" if lines else ""
    return "".join((head, *parts, foot, "</body></html>\n")).encode()


def _margins(hashes: Sequence[str]) -> str:
    short = len(hashes) > 1
    said = ", ".join(_NOT_HEX.sub("", one)[: 16 if short else 64] for one in hashes)
    return (
        f'@page {{ @bottom-left {{ content: "SHA-256 {said}"; font: 7px monospace; }}'
        ' @bottom-right { content: counter(page) " / " counter(pages); font: 8px sans-serif; } }\n'
    )


def table(columns: Sequence[Column], rows: Iterable[Row], words: Words) -> Iterator[str]:
    """Write a table, line by line."""
    heads = "".join(f"<th>{text(words.say(f'column.{one.code}'))}</th>" for one in columns)
    yield f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>\n'
    marks = [_mark(column) for column in columns]
    for row in rows:
        cells = (
            f"<td{mark if not isinstance(value, str) else _words_of(mark, value)}>"
            f"{text(words.read(column.kind, value))}</td>"
            for column, mark, value in zip(columns, marks, row, strict=True)
        )
        yield f"<tr>{''.join(cells)}</tr>\n"
    yield "</tbody></table></div>\n"


def _mark(column: Column) -> str:
    if column.kind == "time":
        return ' class="t"'
    if column.kind in _TEXT:
        groups = (("k", _KEYS), ("s", _SHORT), ("x", _LONG))
        mark = next((mark for mark, codes in groups if column.code in codes), "")
        return f' class="{mark}"' if mark else ""
    return ' class="n"'


def _words_of(mark: str, value: str) -> str:
    """Return the mark of a cell that is text: words in place of a number stand as words do."""
    return "" if mark == ' class="n"' and not _NUMBER.fullmatch(value) else mark


def pairs(lines: Iterable[tuple[str, str]]) -> str:
    """Write lines of two."""
    rows = "".join(f"<tr><th>{text(name)}</th><td>{text(said)}</td></tr>\n" for name, said in lines)
    return f'<table class="pair"><tbody>{rows}</tbody></table>\n'


def heading(title: str) -> str:
    """Write a heading."""
    return f"<h2>{text(title)}</h2>\n"


def top(words: Words, title: str, sub: str, lines: Sequence[str], *, provisional: bool) -> str:
    """Write the head of a page; `lines`: hashes."""
    hashes = "".join(f'<p class="hash">{text(line)}</p>' for line in lines)
    warn = f'<p class="warn">{text(words.say("provisional"))}</p>' if provisional else ""
    return f'<h1>{text(title)}</h1><p class="sub">{text(sub)}</p>{hashes}{warn}\n'


def cards(of: Iterable[tuple[str, str]]) -> str:
    """Write the few figures that are read first."""
    inner = "".join(
        f'<div class="card"><span>{text(name)}</span><b>{text(said)}</b></div>' for name, said in of
    )
    return f'<div class="cards">{inner}</div>\n'


def key(words: Words) -> str:
    """Write what the colours of a strip mean."""
    each = "".join(
        f'<li><svg viewBox="0 0 14 12"><rect width="14" height="12" fill="{colour}" '
        f'stroke="#51647a"/></svg>{text(words.say(f"class.{kind}"))}</li>'
        for kind, colour in COLOURS.items()
    )
    return f'<ul class="key">{each}</ul>\n'


def signatures(words: Words) -> str:
    """Write where the parties sign."""
    boxes = "".join(
        f"<div><strong>{text(words.say(party))}</strong>"
        f"<p>{text(words.say('sign_name'))}</p><p>{text(words.say('sign_date'))}</p></div>"
        for party in ("sign_owner", "sign_carrier", "sign_audit")
    )
    return f'{heading(words.say("table.sign"))}<div class="sign">{boxes}</div>\n'
