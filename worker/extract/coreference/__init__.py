"""Coreference: names with roles and countries, and the antecedents of pronouns and descriptions.

Several rules compare single English words; a second language needs rules of its own, not only a lexicon.
"""
