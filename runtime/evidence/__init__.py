"""Evidence kept, logged, signed, witnessed and bundled.

The hours and days of the store become leaves of an append-only log. Who reads a log or a bundle
without a running monitor comes through here too. Imports the core only.
"""
