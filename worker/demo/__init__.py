"""A small invented news site, served on loopback, with the typical faults of real sites.

`articles/` contains its articles, one text file each, and `templates/` the HTML of its pages; `site.py` serves them.
All persons, parties, agencies and events in it are invented.
"""
