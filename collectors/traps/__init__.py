"""What devices say unasked: SNMP traps and informs (RFC 1157, RFC 3416, RFC 3414), read and named.

Imported by `runtime` alone: `gate` decides which datagram is looked at and what it is, in a process
of its own that opens no socket itself; `meaning` says in the monitor what a notification is about.
Nothing here judges: a trap is a hint to ask, and evidence. To name the notifications of another
platform, fill `Vendor.traps` of its file in `collectors/vendors/`.
"""
