"""Certificates are verified: nobody's is refused, one of the named authority is taken."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
from pathlib import Path
from types import ModuleType

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sinks import influxdb, influxdb1, prometheus_remote_write
from sinks._contract import Fate, Result

SENDERS: list[tuple[ModuleType, dict[str, object]]] = [
    (influxdb1, {"database": "d"}),
    (influxdb, {}),
    (prometheus_remote_write, {}),
]


def certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """Make a self-signed certificate for an IP address; return its file and its key's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "store")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False
        )
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 204 X\r\nConnection: close\r\n\r\n")
    await writer.drain()
    writer.close()


def send(module: ModuleType, extra: dict[str, object], folder: Path, address: str) -> Result:
    """Send to a TLS server whose certificate is made out to `address`."""
    files = certificate(folder, address)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)

    async def scenario() -> Result:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        options = module.Options(url=f"https://127.0.0.1:{port}", timeout="5s", **extra)
        async with aiohttp.ClientSession() as http:
            sender = module.sender(options, http)
            result: Result = await sender.send(b"m,a=b x=1i 1\n")
            await sender.close()
        server.close()
        await asyncio.sleep(0.05)  # the transports' own closing handshake
        return result

    return asyncio.run(scenario())


@pytest.mark.parametrize(("module", "extra"), SENDERS)
def test_a_certificate_nobody_vouches_for_is_refused(
    module: ModuleType, extra: dict[str, object], tmp_path: Path
) -> None:
    result = send(module, extra, tmp_path, "127.0.0.1")
    assert (result.fate, result.reason) == (Fate.RETRY, "tls: the certificate is not trusted")


@pytest.mark.parametrize(("module", "extra"), SENDERS)
def test_a_certificate_of_the_named_authority_is_taken(
    module: ModuleType, extra: dict[str, object], tmp_path: Path
) -> None:
    named = {**extra, "ca_file": str(tmp_path / "cert.pem")}
    assert send(module, named, tmp_path, "127.0.0.1").fate is Fate.TAKEN


@pytest.mark.parametrize(("module", "extra"), SENDERS)
def test_a_certificate_for_another_address_is_refused(
    module: ModuleType, extra: dict[str, object], tmp_path: Path
) -> None:
    named = {**extra, "ca_file": str(tmp_path / "cert.pem")}
    assert send(module, named, tmp_path, "127.0.0.2").reason.startswith("tls: ")
