"""A fake province on loopback: SNMP agents, echo, scripted failures.

The product never imports it, and it imports nothing of the product.
"""
