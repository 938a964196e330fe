"""Traps: heard in a process of their own, kept as evidence, and a reason to ask at once.

What a trap says is known in `collectors/traps/`.
"""
