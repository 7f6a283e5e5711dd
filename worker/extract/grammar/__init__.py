"""Shallow syntax: tokens with part-of-speech tags, sentences, quotations, chunks, and the arguments of a verb.

Several rules compare single English words; a second language needs rules of its own, not only a lexicon.
"""
