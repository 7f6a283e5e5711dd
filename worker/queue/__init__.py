"""The URL queue: each task is delivered to one worker at a time, and its results are written once.

A task waits in the queue of its host, is released to the workers, and is delivered under a lease (docs/queue.md).  A
delivery ends in one of five ways.  Its worker settles it, puts it back, retries it later or dead-letters it; or another
worker claims the task because the lease has expired.

Each of the first four is one Lua script.  The script first checks the *fence*: whether the lease is still valid (same
owner, same delivery counter).  Then it checks everything else that could fail, and only then does it write.  So if two
workers process the same task, only the owner of the lease writes; the script's reply informs the other.

Every operation may be repeated after a lost reply.
"""

from worker.queue.dead_letters import DeadLetter
from worker.queue.delivery import Delivery, QueueFull
from worker.queue.depth import Depth, WorkerState
from worker.queue.hosts import HostRequest, Hosts
from worker.queue.keys import GROUP, QueueKeys
from worker.queue.settlement import NextVisit, Outcome, ReadingWrite, Settlement
from worker.queue.url_queue import UrlQueue, new_consumer_name, process_consumer_name

__all__ = [
    "GROUP",
    "DeadLetter",
    "Delivery",
    "Depth",
    "HostRequest",
    "Hosts",
    "NextVisit",
    "Outcome",
    "QueueFull",
    "QueueKeys",
    "ReadingWrite",
    "Settlement",
    "UrlQueue",
    "WorkerState",
    "new_consumer_name",
    "process_consumer_name",
]
