"""Parse pages, feeds and dates into structs; `parse_article` is the interface for pages.  Pure: no I/O, no clock."""

from worker.parse.article import parse_article

__all__ = ["parse_article"]
