"""InfluxDB 2 and 3, and VictoriaMetrics: line protocol to /api/v2/write through influxdb-client.

The client's own write API would gzip at level 9 on the event loop, so its generated service is
given bytes that are compressed already. VictoriaMetrics is `url: http://host:8428/influx`; it
ignores organisation, bucket and token, and names a series `<measurement>_<field>`.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterable

import aiohttp
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync
from influxdb_client.rest import ApiException
from influxdb_client.service.write_service import WriteService

from inventory.model import Secret
from metrics.observation import Probe
from sinks._contract import Encoder, Result, Sender
from sinks._http import HttpOptions, judge, no_answer, tls_context
from sinks._line_protocol import LineEncoder, count_lines, split_lines


class Options(HttpOptions):
    """Organisation and bucket (database) to write to, and a token that may write there."""

    org: str = ""
    bucket: str = ""
    token: Secret = Secret("")


def encoder(probes: Iterable[Probe], options: Options) -> Encoder:
    """Return the encoder of line protocol."""
    del options
    return LineEncoder(probes)


def sender(options: Options, http: aiohttp.ClientSession) -> Sender:
    """Return the sender. The client keeps its own connections; `http` is not used."""
    del http
    return _Sender(options)


class _Sender:
    def __init__(self, options: Options) -> None:
        self._options = options
        self._client: InfluxDBClientAsync | None = None

    async def send(self, batch: bytes) -> Result:
        """Send once, gzipped in a thread (zlib lets go of the interpreter meanwhile)."""
        if self._client is None:
            self._client = self._connect()
        body = await asyncio.to_thread(gzip.compress, batch, 1)
        try:
            service = WriteService(self._client.api_client)  # type: ignore[no-untyped-call]
            await service.post_write_async(  # type: ignore[no-untyped-call]
                org=self._options.org,
                bucket=self._options.bucket,
                body=body,
                precision="ns",
                content_encoding="gzip",
                content_type="text/plain; charset=utf-8",
            )
        except ApiException as error:
            known = [self._options.token.reveal()]
            return judge(error.status or 0, error.headers or {}, _body(error), known)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return no_answer(error)
        return judge(204, {}, b"")

    def split(self, batch: bytes) -> tuple[bytes, bytes] | None:
        """Cut between two lines."""
        return split_lines(batch)

    def count(self, batch: bytes) -> int:
        """Count lines."""
        return count_lines(batch)

    async def close(self) -> None:
        """Close the client."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()  # type: ignore[no-untyped-call]

    def _connect(self) -> InfluxDBClientAsync:
        """Open the client, which is only possible while the event loop runs."""
        options = self._options
        return InfluxDBClientAsync(
            url=options.url,
            token=options.token.reveal(),
            org=options.org,
            timeout=int(options.timeout * 1000),
            ssl_context=tls_context(options.ca_file),
            connection_pool_maxsize=1,
            allow_redirects=False,
        )


def _body(error: ApiException) -> bytes:
    """Return what the server said; the client gives bytes or text."""
    body = error.body or b""
    return body if isinstance(body, bytes) else str(body).encode()
