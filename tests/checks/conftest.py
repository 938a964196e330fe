"""One authority for all tests of checks."""

from __future__ import annotations

import pytest

from tests.checks.authority import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))
