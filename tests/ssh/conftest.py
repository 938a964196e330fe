"""What the tests of SSH share: keys that take time to make."""

from __future__ import annotations

from pathlib import Path

import paramiko
import pytest

from tests.ssh.sshd import make_key


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key of each kind, and one with a passphrase."""
    folder = tmp_path_factory.mktemp("keys")
    for kind in ("ed25519", "ecdsa", "rsa"):
        make_key(folder / kind, kind)
    make_key(folder / "locked", "ed25519", "open sesame")
    return folder


@pytest.fixture(scope="session")
def host_key() -> paramiko.PKey:
    """The key of hosts that are fakes."""
    return paramiko.ECDSAKey.generate()


@pytest.fixture(scope="session")
def other_key() -> paramiko.PKey:
    """Another one."""
    return paramiko.ECDSAKey.generate()
