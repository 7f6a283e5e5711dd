"""Wire format -> struct, pure: no I/O, no clock.  `parse_article` is the door for pages."""

from worker.parse.article import parse_article

__all__ = ["parse_article"]
