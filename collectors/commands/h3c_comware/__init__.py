"""Commands of H3C Comware: see the folder above."""
