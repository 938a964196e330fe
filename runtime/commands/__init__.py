"""What a person types: one file per command of `extranet`, found through `runtime/cli.py`.

Imports the rest of the runtime; nobody imports it. Add a command: a file here, a line in `cli.py`.
"""
