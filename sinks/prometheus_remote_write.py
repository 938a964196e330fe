"""Prometheus remote write 1.0: to Prometheus, VictoriaMetrics, Mimir and others.

Prometheus needs `--web.enable-remote-write-receiver`. It takes nothing of a request in which one
sample is older than the newest of its series (unless `out_of_order_time_window` is set), so such
a batch is cut in two until the good part is in and the rest is set aside.
"""

from __future__ import annotations

from collections.abc import Iterable

import aiohttp
import cramjam

from inventory.model import Secret
from metrics.observation import Probe
from sinks._contract import Encoder, Result, Sender
from sinks._http import HttpOptions, credentials, post, tls_context
from sinks._write_request import SeriesEncoder, count_series, split_series


class Options(HttpOptions):
    """`url` is the whole address, e.g. http://127.0.0.1:9090/api/v1/write.

    Either `token` (Bearer) or `user` and `password`, where the receiver asks for them.
    """

    token: Secret = Secret("")
    user: str = ""
    password: Secret = Secret("")


def encoder(probes: Iterable[Probe], options: Options) -> Encoder:
    """Return the encoder of TimeSeries messages."""
    del options
    return SeriesEncoder(probes)


def sender(options: Options, http: aiohttp.ClientSession) -> Sender:
    """Return the sender; `http` is shared and stays open."""
    return _Sender(options, http)


class _Sender:
    def __init__(self, options: Options, http: aiohttp.ClientSession) -> None:
        self._options = options
        self._http = http
        self._tls = tls_context(options.ca_file)
        self._headers = {
            "Content-Encoding": "snappy",
            "Content-Type": "application/x-protobuf",
            "User-Agent": "extranet-monitor",
            "X-Prometheus-Remote-Write-Version": "0.1.0",
            **credentials(user=options.user, password=options.password, token=options.token),
        }

    async def send(self, batch: bytes) -> Result:
        """Send once, as one snappy block (1 MB takes about a millisecond)."""
        body = bytes(cramjam.snappy.compress_raw(batch))
        url, timeout = self._options.url, self._options.timeout
        return await post(self._http, url, body, self._headers, timeout=timeout, tls=self._tls)

    def split(self, batch: bytes) -> tuple[bytes, bytes] | None:
        """Cut between two messages."""
        return split_series(batch)

    def count(self, batch: bytes) -> int:
        """Count samples."""
        return count_series(batch)

    async def close(self) -> None:
        """Nothing was opened."""
