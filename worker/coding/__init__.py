"""CAMEO and PLOVER codes of events: ontologies, the reviewed coding table, code words, PLOVER export.  Pure.

`event_codes.assign_codes` codes extracted events.  `ontology` and `table` know no language; the words of a language are
in `lexicon/<language>_codes.toml` and `lexicon/<language>_sectors.toml`.
"""
