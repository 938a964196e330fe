"""Conversations with devices over a protocol; the only place that opens sockets to them.

One file is one protocol, opened by one function (`open_snmp`, `open_echo`); its engines and codecs
carry a leading underscore. A wire retries, paces and counts; it never judges, and what a device
does never raises. Imports `collectors._contract`, `inventory` and `metrics`.
"""
