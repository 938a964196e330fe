"""A page is read in its own encoding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._page import read_text

TEXT = "<html><head><title>湖北省电子政务外网 镕</title>"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (TEXT.encode(), "text/html; charset=utf-8"),
        (TEXT.encode(), "text/html"),
        (TEXT.encode("gb18030"), "text/html; charset=GB2312"),
        (TEXT.encode("gbk"), 'text/html; charset="gbk"'),
        (TEXT.encode("gb18030"), "text/html"),
        (b"<meta charset=gb2312>" + TEXT.encode("gb18030"), "text/html"),
        (b'<meta http-equiv=x content="text/html; charset=gbk">' + TEXT.encode("gbk"), ""),
        (b'<?xml version="1.0" encoding="GB18030"?>' + TEXT.encode("gb18030"), "text/xml"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "text/html; charset=gb2312"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "text/html"),
        (b"<meta charset=utf-16>" + TEXT.encode(), ""),
        (TEXT.encode(), "text/html; charset=no-such-thing"),
    ],
)  # fmt: skip
def test_a_page_is_read_in_its_encoding(body: bytes, header: str) -> None:
    assert TEXT in read_text(body, header)


def test_big5_is_read_too() -> None:
    assert read_text("香港".encode("big5"), "text/html; charset=Big5") == "香港"


@given(st.binary(max_size=200), st.text(max_size=60))
def test_any_bytes_under_any_header_are_read(body: bytes, header: str) -> None:
    assert isinstance(read_text(body, header), str)
