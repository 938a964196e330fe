"""Page, CSV, PDF, JSON, a circuit's page and the leader's page: views of one report."""

from __future__ import annotations

import base64
import csv
import hashlib
import re
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO, StringIO
from itertools import pairwise
from pkgutil import iter_modules
from typing import Any
from zipfile import ZipFile

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

import sla.renderers as folder
from sla.records import Fact
from sla.renderers import csv as csv_view
from sla.renderers import html, leader, link_page, pdf
from sla.renderers import json as json_view
from sla.renderers._strip import bar
from sla.renderers._tables import CLASSES
from sla.renderers._words import RenderError, Words, clean, decimal, yuan
from sla.report import Number, Report, Span, decode
from tests.sla import reports
from texts.say import Language, catalogue

ZH, EN = Words("zh", "Asia/Shanghai"), Words("en", "Asia/Shanghai")
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
MODULES = [
    import_module(f"sla.renderers.{one.name}")
    for one in iter_modules(folder.__path__)
    if not one.name.startswith("_")
]


@pytest.fixture(scope="module")
def made() -> Report:
    return reports.report()


def _page(content: bytes) -> LexborHTMLParser:
    return LexborHTMLParser(content.decode())


def _pages(made: Report, language: Language = "en") -> list[bytes]:
    sha256 = reports.hashed(made)
    return [
        html.render(made, sha256, language),
        link_page.render(made, sha256, language, link="hostile-11"),
        leader.render([(made, sha256)], [], language),
    ]


def _files(made: Report, language: Language = "en") -> dict[str, list[list[str]]]:
    with ZipFile(BytesIO(csv_view.render(made, reports.hashed(made), language))) as archive:
        return {
            name: list(csv.reader(StringIO(archive.read(name).decode("utf-8-sig"), newline="")))
            for name in archive.namelist()
        }


# What they share.


def test_every_format_has_a_name_of_its_own() -> None:
    assert sorted(module.FORMAT for module in MODULES) == [
        "csv", "html", "json", "leader", "link", "pdf", "xlsx",
    ]  # fmt: skip


@LANGUAGES
def test_no_code_is_left_where_a_sentence_should_be(made: Report, language: Language) -> None:
    said = b"".join(_pages(made, language)).decode() + str(_files(made, language))

    assert re.findall(r"\b(?:report|sla)\.[a-z_]+\.\w+", said) == []
    assert re.findall(r"\{\w+\}", said) == []


def test_every_view_prints_the_hash_of_the_report(made: Report) -> None:
    sha256 = reports.hashed(made)

    assert all(sha256 in content.decode() for content in _pages(made))
    assert sha256 in str(_files(made)["summary.csv"])


@LANGUAGES
def test_a_provisional_report_says_so_in_every_view(language: Language) -> None:
    made = reports.report(provisional=True)
    word = Words(language, made.zone).say("provisional")

    assert all(word in content.decode() for content in _pages(made, language))
    assert word in str(_files(made, language)["summary.csv"])


@LANGUAGES
def test_a_circuit_that_is_counted_nowhere_is_named_in_every_view(language: Language) -> None:
    made = reports.report(left_out=("gone-1",))
    sha256 = reports.hashed(made)

    form = pdf.document(made, sha256, Words(language, made.zone), None, [])

    assert "gone-1" in html.render(made, sha256, language).decode()
    assert _files(made, language)["left_out.csv"][1][0] == "gone-1"
    assert "gone-1" in str(form["sections"])


def test_the_leader_is_told_of_circuits_that_are_counted_nowhere() -> None:
    made = reports.report(left_out=("gone-1", "gone-2"))
    told = [
        "2 circuits have evidence" in _leader([one], []).body.text()  # type: ignore[union-attr]
        for one in (made, msgspec.structs.replace(made, left_out=()))
    ]

    assert told == [True, False]


def test_the_same_report_gives_the_same_bytes(made: Report) -> None:
    sha256 = reports.hashed(made)

    assert csv_view.render(made, sha256, "zh") == csv_view.render(made, sha256, "zh")
    assert html.render(made, sha256, "zh") == html.render(made, sha256, "zh")


# JSON.


def test_json_is_the_very_bytes_that_the_hash_is_of(made: Report) -> None:
    content = json_view.render(made, reports.hashed(made), "zh")

    assert hashlib.sha256(content).hexdigest() == reports.hashed(made)
    assert decode(content) == made


# Pages.


def test_what_a_title_says_is_text_and_no_markup(made: Report) -> None:
    for content in _pages(made):
        page = _page(content)
        assert page.css("script, iframe, object, img, a, link") == []
        assert "<script>alert(1)</script>" in page.body.text()  # type: ignore[union-attr]


def test_control_characters_and_turns_of_direction_are_not_shown(made: Report) -> None:
    assert not re.search("[\x07\u202e]", b"".join(_pages(made)).decode())


def test_a_page_allows_its_own_style_and_nothing_else(made: Report) -> None:
    for content in _pages(made):
        page = _page(content)
        (style,) = page.css("style")
        (policy,) = page.css('meta[http-equiv="Content-Security-Policy"]')
        found = re.search(r"<style>(.*?)</style>", content.decode(), re.DOTALL)
        assert found
        expected = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        assert style is not None
        assert policy.attributes["content"] == (
            f"default-src 'none'; style-src 'sha256-{expected}'; "
            "base-uri 'none'; form-action 'none'"
        )


def test_a_page_asks_for_nothing_from_elsewhere(made: Report) -> None:
    for content in _pages(made):
        text = re.sub(r"http://evil\.example", "", content.decode())
        assert not re.search(r"https?://|url\(|@import|style=|\son\w+=", text)


def test_seconds_of_every_line_of_the_page_add_up_to_the_period(made: Report) -> None:
    page = _page(html.render(made, reports.hashed(made), "en"))
    heads: list[str] = []
    for table in page.css("table"):
        heads = [one.text() for one in table.css("thead th")]
        if "Sum, s" in heads:
            break
    at = heads.index("Sum, s")
    rows = [[one.text() for one in row.css("td")] for row in table.css("tbody tr")]
    assert len(rows) == len(made.links)
    for row in rows:
        cells = [int(cell.replace(",", "")) for cell in row[at - len(CLASSES) : at + 1]]
        assert sum(cells[:-1]) == cells[-1] == reports.WINDOW


def test_what_must_be_looked_at_stands_first(made: Report) -> None:
    content = html.render(made, reports.hashed(made), "en").decode()
    places = [content.index(f">{name}</td>") for name in ("xg-xc-2", "xg-qs-6", "xg-xc-1")]

    assert places == sorted(places)


@LANGUAGES
def test_a_circuit_without_a_figure_says_so_in_words(made: Report, language: Language) -> None:
    page = link_page.render(made, reports.hashed(made), language, link="xg-qs-6").decode()

    assert Words(language, made.zone).name("status", "INSUFFICIENT") in page
    assert f"<b>{Words(language, made.zone).name('short', 'INSUFFICIENT')}</b>" in page


def test_a_circuits_page_shows_its_exclusions_and_why_one_was_refused(made: Report) -> None:
    page = _page(link_page.render(made, reports.hashed(made), "en", link="xg-qs-5"))

    assert "filed too late" in page.body.text()  # type: ignore[union-attr]


def test_a_circuits_page_shows_no_other_circuit(made: Report) -> None:
    page = link_page.render(made, reports.hashed(made), "en", link="xg-xc-2").decode()

    assert not [one.link for one in made.links if f">{one.link}<" in page and one.link != "xg-xc-2"]


def test_a_circuit_that_the_report_has_not_is_refused(made: Report) -> None:
    with pytest.raises(RenderError) as refused:
        link_page.render(made, reports.hashed(made), "en", link="nowhere")

    assert refused.value.code == "unknown_link"


def test_the_strip_is_as_long_as_the_period() -> None:
    spans = [Span("UP", 0, 50), Span("EXF", 50, 80), Span("DOWN", 80, 100)]
    drawn = re.findall(r"M([\d.]+) 0h([\d.]+)", bar(spans, 0, 100, 10))
    pieces = sorted((float(left), float(width)) for left, width in drawn)

    assert pieces[0][0] == 0
    assert all(a + width == b for (a, width), (b, _) in pairwise(pieces))
    assert sum(width for _, width in pieces) == 1200


def test_a_minute_of_outage_in_a_year_is_seen_on_the_strip() -> None:
    year = 365 * 86_400
    spans = [Span("UP", 0, 1000), Span("DOWN", 1000, 1060), Span("UP", 1060, year)]
    (width,) = re.findall(r'fill="#c0262d" d="M[\d.]+ 0h([\d.]+)', bar(spans, 0, year, 10))

    assert float(width) >= 1


# CSV.


def test_every_circuit_and_outage_has_its_line(made: Report) -> None:
    files = _files(made)

    assert len(files["links.csv"]) == 1 + len(made.links)
    assert len(files["outages.csv"]) == 1 + sum(len(one.outages) for one in made.links)
    assert len(files["credits.csv"]) == 1 + len(made.credits.lines)


def test_the_lines_of_a_file_are_as_wide_as_its_head(made: Report) -> None:
    for name, lines in _files(made, "zh").items():
        if name != "checks.csv":
            assert {len(line) for line in lines} == {len(lines[0])}, name


def test_no_cell_of_csv_begins_like_a_formula(made: Report) -> None:
    cells = [cell for lines in _files(made).values() for line in lines for cell in line]

    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)


@pytest.mark.parametrize(
    "first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'"]
)
def test_a_text_that_a_spreadsheet_would_take_for_more_gets_an_apostrophe(first: str) -> None:
    assert csv_view.guarded(f"{first}1+1") == f"'{first}1+1"


@pytest.mark.parametrize("text", ["1+1", "县级", "", " =1"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert csv_view.guarded(text) == text


@given(st.text())
def test_one_apostrophe_less_gives_back_what_was_written(text: str) -> None:
    said = csv_view.guarded(text)

    assert said.removeprefix("'") == clean(text) if said.startswith("'") else said == clean(text)


def test_excel_reads_chinese_from_csv(made: Report) -> None:
    with ZipFile(BytesIO(csv_view.render(made, reports.hashed(made), "zh"))) as archive:
        assert archive.read("links.csv").startswith("\ufeff".encode())


# PDF.


needs_typst = pytest.mark.skipif(find_spec("typst") is None, reason="typst is not installed")


def _pdf(made: Report, language: Language) -> bytes:
    try:
        return pdf.render(made, reports.hashed(made), language)
    except RenderError as error:
        if error.code == "no_chinese_font":
            pytest.skip(str(error))
        raise


@needs_typst
@LANGUAGES
def test_a_pdf_is_made_and_is_the_same_each_time(made: Report, language: Language) -> None:
    content = _pdf(made, language)

    assert content.startswith(b"%PDF-")
    assert content == _pdf(made, language)


@needs_typst
def test_a_title_is_no_markup_of_a_pdf() -> None:
    """As markup each of these would end the setting, or read a file."""
    titles = ('#panic("x")', "#read(/etc/passwd)", "$ * _ ` <a> @b [ ] { } \\ //", "]]#let a = 1")
    links = tuple(reports.link(f"a-{n}", title=title) for n, title in enumerate(titles))

    assert _pdf(reports.report(links), "zh").startswith(b"%PDF-")


def test_what_goes_into_a_pdf_are_texts_as_they_are(made: Report) -> None:
    data: Any = pdf.document(made, reports.hashed(made), ZH, None, ["font"])
    texts = [cell for one in data["sections"] for row in one["rows"] for cell in row]

    assert all(isinstance(cell, str) for cell in texts)
    assert any("<script>" in cell.replace("\u200b", "") for cell in texts)


def test_without_a_chinese_font_the_refusal_says_which_are_looked_for() -> None:
    with pytest.raises(RenderError) as refused:
        pdf.chosen(())

    assert refused.value.code == "no_chinese_font"
    assert "Noto Serif CJK SC" in str(refused.value)


def test_a_long_table_of_a_pdf_says_how_much_it_leaves_off() -> None:
    made = reports.report(tuple(reports.link(f"a-{n}") for n in range(1_001)))
    data: Any = pdf.document(made, "0" * 64, EN, None, ["font"])
    (links,) = (one for one in data["sections"] if one["title"] == "Circuits")

    assert len(links["rows"]) == 1_000
    assert links["note"].startswith("1000 of 1001 lines")


# The leader's page.


def _carrier(name: str, score: int | None, *downs: tuple[str, int, int], **more: Any) -> Report:
    final = None if score is None else Number(score, 1)
    links = (reports.link(f"{name}-1", downs), reports.link(f"{name}-2"))
    return reports.report(links, carrier=name, title=f"Carrier {name}", final=final, **more)


def _leader(now: list[Report], before: list[Report]) -> LexborHTMLParser:
    hashed = [(one, reports.hashed(one)) for one in now]
    return _page(leader.render(hashed, before, "en"))


def _table(page: LexborHTMLParser, at: int) -> list[list[str]]:
    return [[one.text() for one in row.css("td")] for row in page.css("table")[at].css("tbody tr")]


def test_carriers_are_ranked_by_their_final_score_and_equals_share_a_rank() -> None:
    now = [_carrier("a", 80), _carrier("b", None), _carrier("c", 90), _carrier("d", 80)]
    ranking = [(row[0], row[1]) for row in _table(_leader(now, []), 0)]

    assert ranking == [
        ("1", "Carrier c"), ("2", "Carrier a"), ("2", "Carrier d"), ("", "Carrier b"),
    ]  # fmt: skip


def test_what_got_worse_is_told_against_the_period_before() -> None:
    page = _leader([_carrier("a", 80, ("DOWN", 0, 90_000))], [_carrier("a", 85)])
    said = [one.text() for one in page.css("li")]

    assert "Carrier a: final score 80.00, before 85.00" in said
    assert any("does not meet its promise any more" in line for line in said)


def test_what_got_better_is_not_called_worse() -> None:
    page = _leader([_carrier("a", 85)], [_carrier("a", 80, ("DOWN", 0, 90_000))])

    assert "Nothing got worse." in [one.text() for one in page.css("li")]


def test_without_reports_of_the_period_before_nothing_is_compared() -> None:
    page = _leader([_carrier("a", 85)], [])

    assert any(one.text().startswith("There is no report") for one in page.css("li"))


def test_the_money_of_all_carriers_is_added_up() -> None:
    now = [_carrier("a", 80, ("DOWN", 0, 90_000)), _carrier("b", 70, ("DOWN", 0, 90_000))]
    *_, total = _table(_leader(now, []), 1)

    assert total[0] == "Total"
    assert total[3] == yuan(sum(one.credits.due_fen for one in now))


def test_no_report_is_no_page() -> None:
    with pytest.raises(RenderError) as refused:
        leader.render([], [], "en")

    assert refused.value.code == "no_reports"


def test_nothing_is_deducted_by_a_provisional_report() -> None:
    made = _carrier("a", 80, ("DOWN", 0, 90_000))
    told = [
        "Deduct" in _leader([one], []).body.text()  # type: ignore[union-attr]
        for one in (made, msgspec.structs.replace(made, provisional=True))
    ]

    assert told == [True, False]


def test_only_the_worst_circuits_are_named_for_it_is_one_page() -> None:
    links = tuple(reports.link(f"a-{n}", [("DOWN", 0, 90_000 + n)]) for n in range(9))
    said = [one.text() for one in _leader([reports.report(links)], []).css("li")]
    named = [line for line in said if "Ask for a plan of repair" in line]

    assert len(named) == 5
    assert "a-8" in named[0]


# Words.


@given(st.integers(-(10**15), 10**15))
def test_yuan_are_exact(fen: int) -> None:
    assert Fraction(yuan(fen).replace(",", "")) == Fraction(fen, 100)


@pytest.mark.parametrize(
    ("value", "said"),
    [(Fraction(1, 8), "0.12"), (Fraction(3, 8), "0.38"), (Fraction(-5, 2), "-2.50")],
)
def test_a_number_is_rounded_once_half_to_even(value: Fraction, said: str) -> None:
    assert decimal(value, 2) == said


@pytest.mark.parametrize(
    ("period", "said"),
    [("2026Q4", "2026年第四季度"), ("2026-02", "2026年2月"), ("2026", "2026年")],
)
def test_a_period_has_its_chinese_name(period: str, said: str) -> None:
    assert ZH.period(period) == said


def test_times_are_those_of_the_reports_zone() -> None:
    assert EN.time(reports.START) == "2026-07-01 00:00:00"
    assert Words("en", "UTC").time(reports.START) == "2026-06-30 16:00:00"


def test_evidence_that_contradicts_itself_names_the_causes_in_words() -> None:
    fact = Fact("contradicting", reports.START, "", {"causes": "carrier, power"})

    assert "carrier, power or customer equipment" in EN.fact(fact)
    assert "运营商线路, 用户电力或设备" in ZH.fact(fact)


def test_a_status_that_is_no_figure_has_words_in_both_languages() -> None:
    for status in ("AMBIGUOUS", "INSUFFICIENT", "NO_DATA", "NOT_APPLICABLE"):
        assert f"report.status.{status}" in catalogue()
        assert f"report.short.{status}" in catalogue()


def test_a_report_with_an_unknown_word_shows_the_word(made: Report) -> None:
    odd = msgspec.structs.replace(made, grade="优秀", status="SOMETHING")

    assert "SOMETHING" in html.render(odd, "0" * 64, "en").decode()


def test_a_port_is_named_as_its_device_names_it() -> None:
    fact = Fact("far_port_dropped", 0, "interface:r1/GigabitEthernet0%2F0%2F1")
    assert Words("en", "Asia/Shanghai").fact(fact).endswith("[interface:r1/GigabitEthernet0/0/1]")
