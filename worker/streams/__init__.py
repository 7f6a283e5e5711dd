"""Redis Streams: clients, retries, Lua scripts, consumer groups, entries and an embedded server.

This package knows neither URLs nor events.  Three facts shape it:

* A command whose reply is lost must not take effect twice.  Clients therefore never retry by themselves; only steps
  that may be repeated are retried, by `retry_while_unavailable`.
* A blocking read needs a socket timeout longer than its block, hence a client of its own: `connect(url, block_s=…)`.
* A server may lose scripts and groups at any time (SCRIPT FLUSH, FLUSHALL, a restore).  Every operation loads or
  creates them again when they are missing; a group is created at the start of its stream, so that no entry is skipped.
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
from worker.streams.group import ConsumerGroup, Lease, group_infos, read_group_entries
from worker.streams.memory_wait import MEMORY_SHORTAGE, waiting_for_memory
from worker.streams.pipeline import Arg, Confirmation
from worker.streams.retry import RETRY_TIMEOUT_S, is_memory_full, retry_while_unavailable
from worker.streams.script import Call, Script
from worker.streams.server_check import check_server, evicts_keys, is_durable
from worker.streams.size import StreamSize, stream_sizes, trim_oldest

__all__ = [
    "MAX_SEQUENCE",
    "MEMORY_SHORTAGE",
    "RETRY_TIMEOUT_S",
    "Arg",
    "Call",
    "Confirmation",
    "ConsumerGroup",
    "Entry",
    "Lease",
    "Script",
    "StreamSize",
    "StreamTail",
    "StreamWrite",
    "check_server",
    "connect",
    "evicts_keys",
    "group_infos",
    "id_key",
    "is_durable",
    "is_memory_full",
    "parse_entries",
    "parse_stream_tail",
    "previous_id",
    "range_entries",
    "read_entries",
    "read_group_entries",
    "retry_while_unavailable",
    "stream_sizes",
    "stream_tails",
    "trim_oldest",
    "waiting_for_memory",
    "without_password",
]
