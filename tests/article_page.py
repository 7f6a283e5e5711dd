"""A page with an invented article, long enough to be parsed as one."""

PARAGRAPHS = (
    "“We shall keep the harbour open all winter,” Transport Minister Liis Tamm said on Tuesday in the old town.",
    "The port has closed in every hard winter since the war, and its owners had asked for another season of rest.",
    "Two ice-breakers will be moved from the northern yard before the end of the month, the ministry's plan shows.",
    "Fishermen along the coast have waited for such a promise for years and are not yet sure what it will cost them.",
)
BODY = "".join(f"<p>{words}</p>" for words in PARAGRAPHS)
PAGE = f"<html lang=en><title>Harbour stays open</title><article><h1>Harbour stays open</h1>{BODY}</article></html>"
