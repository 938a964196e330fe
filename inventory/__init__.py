"""What the network is: carriers, contracts, sites, devices, links, planned work.

Read from YAML, checked completely, then frozen. Imports nothing of ours and knows no protocol
and no metric. Everybody may import it. To add a kind of object: a value in `model.py`, its YAML
form in `schema.py`, its references in `resolve.py`.
"""
