"""Commands of Ruijie RGOS: see the folder above."""
