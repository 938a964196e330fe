"""One file per channel (see `_contract.py`)."""
