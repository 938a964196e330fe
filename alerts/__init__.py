"""What is worth telling, to whom.

Decisions are pure; `dispatch.py` acts, `notifiers/` open sockets. Imports `inventory` and
`metrics`. To add a channel: add a file in `notifiers/`.
"""
