"""One small province for the tests of a file that only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.running import Running, running


@pytest.fixture(scope="module")
def api() -> Iterator[Running]:
    """A running api over a small province, shared by the tests of one file."""
    with running() as one:
        yield one
