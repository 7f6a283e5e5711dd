"""Documents from files to articles and events, without Redis or network: pages, texts, archives and JSON lines.

`inputs` finds the documents of some paths, `contents` reads their bytes, `read_article` makes an article of them,
`process` extracts the events, and `process_all` does so in all cores.
"""
