"""How a government website is read and judged: URLs, robots, pages, columns, score, the crawl.

Imported by `collectors/website.py` and by the audit's own process. Everything here but `crawl` is a
pure function of what was fetched and of the day; sockets are opened in `collectors/wires/website`.
A new thing to find: a field of `page.Page`, a rule in `findings`, a line in `score`, a sentence.
"""
