"""Where samples go.

One public file is one destination (see `_contract.py`); `_outbox.py` buffers, batches and retries
for all of them. Imports `inventory` and `metrics`. To add a sink: add a file.
"""
