"""Commands of ZTE ZXROS: see the folder above."""
