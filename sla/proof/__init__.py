"""What lets somebody else check a report: trees of hashes, signed notes, keys.

Pure, but for `keys`, which reads and writes key files. May import the rest of `sla`; store, api and
runtime use it. A new kind of proof is one new file.
"""
