"""InfluxDB 1.x: line protocol to /write, with name and password where the server asks for them."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlencode

import aiohttp
from pydantic import Field

from inventory.model import Secret
from metrics.observation import Probe
from sinks._contract import Encoder, Result, Sender
from sinks._http import HttpOptions, credentials, post, tls_context
from sinks._line_protocol import LineEncoder, count_lines, split_lines


class Options(HttpOptions):
    """`retention_policy`: "" is the database's default one."""

    database: Annotated[str, Field(min_length=1)]
    retention_policy: str = ""
    user: str = ""
    password: Secret = Secret("")


def encoder(probes: Iterable[Probe], options: Options) -> Encoder:
    """Return the encoder of line protocol."""
    del options
    return LineEncoder(probes)


def sender(options: Options, http: aiohttp.ClientSession) -> Sender:
    """Return the sender; `http` is shared and stays open."""
    return _Sender(options, http)


class _Sender:
    def __init__(self, options: Options, http: aiohttp.ClientSession) -> None:
        query = {"db": options.database, "precision": "ns"}
        if options.retention_policy:
            query["rp"] = options.retention_policy
        self._url = f"{options.url}/write?{urlencode(query)}"
        self._options = options
        self._http = http
        self._tls = tls_context(options.ca_file)
        self._headers = {
            "Content-Encoding": "gzip",
            "Content-Type": "text/plain; charset=utf-8",
            # Not in the query, where proxies and the server would log it.
            **credentials(user=options.user, password=options.password),
        }

    async def send(self, batch: bytes) -> Result:
        """Send once, gzipped in a thread (zlib lets go of the interpreter meanwhile)."""
        body = await asyncio.to_thread(gzip.compress, batch, 1)
        timeout = self._options.timeout
        return await post(
            self._http, self._url, body, self._headers, timeout=timeout, tls=self._tls
        )

    def split(self, batch: bytes) -> tuple[bytes, bytes] | None:
        """Cut between two lines."""
        return split_lines(batch)

    def count(self, batch: bytes) -> int:
        """Count lines."""
        return count_lines(batch)

    async def close(self) -> None:
        """Nothing was opened."""
