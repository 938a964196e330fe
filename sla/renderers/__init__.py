"""One file per report format: FORMAT, MEDIA and `render(report, sha256, language, now=None)`.

Found by folder; may import `texts`. A view arranges and says in words, it computes no figure of the
assessment, and prints the hash of the report. `link` takes a circuit beside, `leader` many reports.
"""
