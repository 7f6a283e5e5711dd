"""Import this module to load all models and word lists that the first page would load.

The pool imports it once, in the process from which its processes are forked, so that they share the loaded memory.
"""

from __future__ import annotations

import contextlib
import gc

from worker.errors import Failure
from worker.extract.grammar.pos_tagger import load_tagger
from worker.pipeline.encode_page import process_and_encode
from worker.pipeline.extract_events import extract_events
from worker.schema import Article, Page


def preload_models() -> None:
    """Load the language model, the word lists and the tagger (0.5 s, 50 MB) by processing an invented page."""
    words = "The minister said on Monday that the committee had met for the {}th time and heard from its engineers. "
    extract_events(Article(id="", url="", text=words, language="en"))
    load_tagger("en").decode_all()
    body = "".join(f"<p>{words.format(n) * 3}</p>" for n in range(4, 9))
    page = f"<html lang=en><title>Warm</title><article><h1>Warm</h1>{body}</article></html>"
    with contextlib.suppress(Failure):
        process_and_encode(Page(url="https://warm.example/", body=page.encode()))


preload_models()
gc.collect()
gc.freeze()  # collections in the processes do not visit, and so do not copy, what they share
gc.set_threshold(20_000)
