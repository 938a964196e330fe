"""How to ask. One public file is one kind of question, named by its file name.

A collector is a module with `plan()` and `ask()` (see `_contract.py`); it keeps no state between
asks and knows no sink, alert or judgement. `wires/` is the only place that opens sockets to
devices, `vendors/` holds one file per platform. Imports `inventory` and `metrics`. To add a
collector: add a file; `tests/collectors/test_contract.py` holds it to the contract.
"""
