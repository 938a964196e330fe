"""Where the page and the API are served: the listening socket, the server, the address."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from inventory.model import Endpoint
from runtime.config import Config


def page_of(config: Config) -> str:
    """Return where the page is, for messages that name it."""
    return f"{'https' if config.api.tls else 'http'}://{config.api.listen}/"


def listen(endpoint: Endpoint) -> socket.socket:
    """Open the socket. Raises OSError naming the key of the configuration."""
    family = socket.AF_INET6 if endpoint.family == 6 else socket.AF_INET
    try:
        return socket.create_server((endpoint.host, endpoint.port or 8080), family=family)
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror}: api.listen {endpoint}") from error


def server_of(app: FastAPI, config: Config) -> uvicorn.Server:
    """Make the server; it opens nothing by itself and logs no request."""
    tls = config.api.tls
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
            ssl_certfile=tls.certificate if tls else None,
            ssl_keyfile=tls.key if tls else None,
        )
    )
