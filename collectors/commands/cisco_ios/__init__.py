"""Commands of Cisco IOS: see the folder above."""
