"""A small invented news site, served on loopback: the real thing in miniature, with all that goes wrong on a real one.

`articles/` holds what it reports, a text file each; `templates/` holds how its pages look; `site.py` serves them.
Every person, party, agency and event in it is invented.
"""
