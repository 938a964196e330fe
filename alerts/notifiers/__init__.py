"""How people and other systems are told: one public file is one kind of channel.

A channel is a module with the names of `_contract.py`. What all have in common (when to send, what
goes into one message, retries, rates, records) is in `_mailbox.py` for messages and `_standing.py`
for systems that hold the state of alerts. Imported by `dispatch.py` only.
"""
