"""One file per platform: data and parsers, no I/O.

A public file has `VENDOR`, a value of `_form.Vendor`; its name is the platform's. To add a platform
add a file, and a recording with what is to be read from it under `tests/devices/<platform>/`.
`_standard` is what the standard MIBs say: everything else, and the last source of many vendors.
"""
