"""The words of a language: strictly decoded TOML files and the lookup tables derived from them.

Only English has files today.  The rules of `grammar`, `coreference`, `statements` and `events` also compare single
English words in code ("and", "of", "who"), so a second language needs changes there as well.
"""
