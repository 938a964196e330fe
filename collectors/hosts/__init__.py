"""What a Linux host says of itself, from two sources: our script by SSH, or a node_exporter.

Pure: text in, one `HostReading` out. `_reading.py` is the value, `script.sh` the question that
SSH carries, `_script.py` reads its answer, `_exposition.py` reads the other source. To add a fact:
a section in the script, a field in the value, and a reader in both.
"""
