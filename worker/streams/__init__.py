"""Redis Streams and consumer groups: connecting, Lua scripts, reading; knows no URL to fetch and no event.

Three facts shape this package.  A lost reply must not make anything happen twice: clients never retry by themselves,
we do, and only around steps that may be repeated (`persist`).  A blocking read must outlast its own block: it has a
client of its own (`connect(url, block_s=…)`).  A server may forget scripts and groups at any time (SCRIPT FLUSH,
FLUSHALL, a restore): every path here loads and creates them again, groups always at the beginning, where nothing is
missed.
"""

from worker.streams.connection import connect, without_password
from worker.streams.group import Group, Lease, read_group
from worker.streams.patience import persist
from worker.streams.reading import Entry, Extent, Write, browse, entries, extent, extents, order, read
from worker.streams.script import Call, Script, Word
from worker.streams.server import check_server, is_durable

__all__ = [
    "Call",
    "Entry",
    "Extent",
    "Group",
    "Lease",
    "Script",
    "Word",
    "Write",
    "browse",
    "check_server",
    "connect",
    "entries",
    "extent",
    "extents",
    "is_durable",
    "order",
    "persist",
    "read",
    "read_group",
    "without_password",
]
