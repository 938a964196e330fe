"""Two SM2 certificates of `gm.example`, DER, made by OpenSSL 3 (`openssl req -x509 -sm3`).

Both begin on 2026-11-26; the one for signing ends 90 days later, the one for encryption 60.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime

MADE = datetime(2026, 11, 26, 6, tzinfo=UTC).timestamp()
SIGNING = base64.b64decode(
    "MIIBlzCCATygAwIBAgIUJsmZkdLn20s0iC8kbLkoRMwWsJkwCgYIKoEcz1UBg3UwFTETMBEGA1UEAwwKZ20uZXhhbXBs"
    "ZTAeFw0yNjExMjYwNjAyNDdaFw0yNzAyMjQwNjAyNDdaMBUxEzARBgNVBAMMCmdtLmV4YW1wbGUwWTATBgcqhkjOPQIB"
    "BggqgRzPVQGCLQNCAARVUATN1stKt3oHsoKc0VsJeFuGmJZkfzV3Bd2zHaTwD95q+1T3mp9lnR7+nHqaLJ+ygorQD3v6"
    "fbY72AyZOsOBo2owaDAdBgNVHQ4EFgQUAHoUiDf+oBRSBUjdbvaVO0sNGCMwHwYDVR0jBBgwFoAUAHoUiDf+oBRSBUjd"
    "bvaVO0sNGCMwDwYDVR0TAQH/BAUwAwEB/zAVBgNVHREEDjAMggpnbS5leGFtcGxlMAoGCCqBHM9VAYN1A0kAMEYCIQCO"
    "b7oOmyuZSlMYAPZ54yOUTCoqfZfkoYtVBNO0+/YDDQIhAKQb7Rj9Ib8hUbppJKO4OvW7UZDM9eXWSnF0p/9BFdL7"
)
ENCRYPTION = base64.b64decode(
    "MIIBlzCCATygAwIBAgIUHfP9zKt1K/kPCfm184G9ZefwKCIwCgYIKoEcz1UBg3UwFTETMBEGA1UEAwwKZ20uZXhhbXBs"
    "ZTAeFw0yNjExMjYwNjAyNDdaFw0yNzAxMjUwNjAyNDdaMBUxEzARBgNVBAMMCmdtLmV4YW1wbGUwWTATBgcqhkjOPQIB"
    "BggqgRzPVQGCLQNCAATv4tpvqWTLAUtWgeug2KrvW3qEhYa7p6L1T/WLvdMthLBfICHj4B6RRRSjGIxxfZllJRM9H6bY"
    "dJoVPG3Ysb9so2owaDAdBgNVHQ4EFgQUL0mZcAgNwfYSxaZoY1K+ZOtR8gYwHwYDVR0jBBgwFoAUL0mZcAgNwfYSxaZo"
    "Y1K+ZOtR8gYwDwYDVR0TAQH/BAUwAwEB/zAVBgNVHREEDjAMggpnbS5leGFtcGxlMAoGCCqBHM9VAYN1A0kAMEYCIQD7"
    "ZNahY/KYr7NDI+jRn3uxPoRCxaZUGAZCx8ncsIL76wIhAOEz4Hnuw94uygzc3Hhzyb40wk03nFdiPtw8S4cNajG0"
)
