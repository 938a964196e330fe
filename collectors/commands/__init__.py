"""What network gear says at its command line: one folder per platform, one file per command.

A file names the command, the template its answer is read with and a pure function that makes the
same readings of it as SNMP gives. It is found by its folder; collectors and tests import it. To add
a command: one file, and an answer with its expected reading in tests/gear/corpus.
"""
