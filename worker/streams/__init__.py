"""Redis Streams and consumer groups: connecting, Lua scripts, reading; knows no URL to fetch and no event.

Three facts shape this package.  A lost reply must not make anything happen twice: clients never retry by themselves,
we do, and only around steps that may be repeated (`persist`).  A blocking read must outlast its own block: it has a
client of its own (`connect(url, block_s=…)`).  A server may forget scripts and groups at any time (SCRIPT FLUSH,
FLUSHALL, a restore): every path here loads and creates them again, groups always at the beginning, where nothing is
missed.
"""

from worker.streams.client import connect, without_password
from worker.streams.entries import (
    MAX_SEQUENCE,
    Entry,
    StreamTail,
    StreamWrite,
    id_key,
    parse_entries,
    parse_stream_tail,
    previous_id,
    range_entries,
    read_entries,
    stream_tails,
)
from worker.streams.group import ConsumerGroup, Lease, read_group_entries
from worker.streams.retry import RETRY_TIMEOUT_S, retry_while_unavailable
from worker.streams.script import Arg, Call, Script
from worker.streams.server_check import check_server, is_durable

__all__ = [
    "MAX_SEQUENCE",
    "RETRY_TIMEOUT_S",
    "Arg",
    "Call",
    "ConsumerGroup",
    "Entry",
    "Lease",
    "Script",
    "StreamTail",
    "StreamWrite",
    "check_server",
    "connect",
    "id_key",
    "is_durable",
    "parse_entries",
    "parse_stream_tail",
    "previous_id",
    "range_entries",
    "read_entries",
    "read_group_entries",
    "retry_while_unavailable",
    "stream_tails",
    "without_password",
]
