"""A host with files, for all tests of backups."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ssh.sshd import Sshd, make_key, sshd


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key that the host lets in."""
    return make_key(tmp_path_factory.mktemp("key") / "ed25519")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, key: Path) -> Iterator[Sshd]:
    """A host that gives SFTP."""
    folder = tmp_path_factory.mktemp("sftp")
    with sshd(folder, [key], options=["Subsystem sftp internal-sftp"]) as one:
        yield one
