"""What HTTP, TLS, TCP and DNS checks tell, beside success and duration.

Names are those of the blackbox exporter where it has one; its label `phase` is part of the name
here, because the labels of a measurement are fixed.
"""

from __future__ import annotations

from typing import Final

from metrics._form import Kind, metric
from metrics.families.services import PROBE

_G: Final = Kind.GAUGE

HTTP_STATUS: Final = metric(PROBE, "http_status_code", _G, "", "Status of the last answer")
HTTP_RESOLVE: Final = metric(
    PROBE, "http_resolve_seconds", _G, "seconds", "Time to resolve names, over all redirects"
)
HTTP_CONNECT: Final = metric(
    PROBE, "http_connect_seconds", _G, "seconds", "Time to connect, over all redirects"
)
HTTP_TLS: Final = metric(
    PROBE, "http_tls_seconds", _G, "seconds", "Time of the TLS handshakes, over all redirects"
)
HTTP_PROCESSING: Final = metric(
    PROBE,
    "http_processing_seconds",
    _G,
    "seconds",
    "Time from the request to the end of the answer's header, over all redirects",
)
HTTP_TRANSFER: Final = metric(
    PROBE, "http_transfer_seconds", _G, "seconds", "Time to read the body, over all redirects"
)
HTTP_LENGTH: Final = metric(
    PROBE, "http_content_length", _G, "bytes", "Length of the body as sent, announced or read"
)
HTTP_REDIRECTS: Final = metric(PROBE, "http_redirects", _G, "", "Redirects that were followed")
HTTP_LIMIT: Final = metric(
    PROBE, "http_limit_ratio", _G, "ratio", "Duration over the limit that the inventory sets"
)
IP_PROTOCOL: Final = metric(PROBE, "ip_protocol", _G, "", "IP version of the connection, 4 or 6")

CERT_EXPIRY: Final = metric(
    PROBE,
    "ssl_earliest_cert_expiry",
    _G,
    "seconds",
    "When the first of the certificates that were sent ends, Unix time",
)
CHAIN_EXPIRY: Final = metric(
    PROBE,
    "ssl_last_chain_expiry_timestamp_seconds",
    _G,
    "seconds",
    "When the verified chain ends, Unix time",
)
CERT_LEFT: Final = metric(
    PROBE,
    "ssl_left_seconds",
    _G,
    "seconds",
    "How long the certificate still lasts, of its verified chain; negative: it is over",
)
CERT_VERIFIED: Final = metric(
    PROBE, "ssl_verified", _G, "", "1 = the chain is trusted and for this name, 0 = it is not"
)
TLS_VERSION: Final = metric(
    PROBE, "tls_version", _G, "version", "Version of TLS that was agreed, 1.2 or 1.3"
)
TLS_HANDSHAKE: Final = metric(
    PROBE, "tls_handshake_seconds", _G, "seconds", "Time of the handshake"
)
TLCP_ONLY: Final = metric(
    PROBE, "tlcp_only", _G, "", "1 = the server speaks TLCP (GB/T 38636-2020) only"
)

TCP_CONNECT: Final = metric(PROBE, "tcp_connect_seconds", _G, "seconds", "Time to connect")

DNS_LOOKUP: Final = metric(
    PROBE, "dns_lookup_time_seconds", _G, "seconds", "Time of the slowest name server's answer"
)
DNS_RECORDS: Final = metric(
    PROBE, "dns_answer_rrs", _G, "", "Records of the type asked for, of the shortest answer"
)
DNS_SERVERS: Final = metric(PROBE, "dns_servers", _G, "", "Name servers that were asked")
DNS_FAILED: Final = metric(
    PROBE, "dns_servers_failed", _G, "", "Name servers that are silent or answer wrongly"
)
DNS_AUTHORITATIVE: Final = metric(
    PROBE, "dns_authoritative", _G, "", "1 = every answer is authoritative (AA)"
)
DNS_AUTHENTICATED: Final = metric(
    PROBE, "dns_authenticated", _G, "", "1 = every answer was verified by DNSSEC (AD)"
)
