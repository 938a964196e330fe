"""One authority for all tests of checks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.checks.authority import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    yield Authority(tmp_path_factory.mktemp("ca"))
