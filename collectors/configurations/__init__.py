"""What makes a device's text a configuration that can be kept: whole, no noise, no secrets.

Pure: texts in, texts out. For the process that fetches configurations (`runtime`) and the
collector `config_backup`. A platform is one more entry of `endings.py`, a secret that nobody masks
yet one more pattern of `secrets.py`.
"""
