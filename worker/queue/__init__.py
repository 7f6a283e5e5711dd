"""The URL queue: a task is delivered to one worker at a time, and its results are written once.

A task waits in a stream (or, put off, in a sorted set), is delivered under a lease, and leaves in one of four ways:
settled, put off, buried, or claimed by another worker when its own has been silent for a lease.  Every way out is one
Lua script that first makes sure the lease still holds (*the fence*: same owner, same delivery counter), then checks
what could fail, and only then writes.  So the acknowledgement is the ticket to write: of two workers that hold one
task, one writes, and the other is told so.

Every step may be sent again after a lost reply.
"""

from worker.queue.dead_letters import DeadLetter
from worker.queue.delivery import Delivery, Outcome, QueueFull, Settlement
from worker.queue.depth import Depth, WorkerState
from worker.queue.keys import GROUP, QueueKeys
from worker.queue.url_queue import UrlQueue, consumer_name, process_name

__all__ = [
    "GROUP",
    "DeadLetter",
    "Delivery",
    "Depth",
    "Outcome",
    "QueueFull",
    "QueueKeys",
    "Settlement",
    "UrlQueue",
    "WorkerState",
    "consumer_name",
    "process_name",
]
