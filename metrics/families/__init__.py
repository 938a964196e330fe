"""Families of metrics beside those of devices, interfaces and links: one file each.

Imports `metrics._form` and, for its labels, `services` only. To add a family: add a file;
`metrics.catalogue` finds it by folder.
"""
