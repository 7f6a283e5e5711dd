"""The URL queue: each task is delivered to one worker at a time, and its results are written once.

A task waits in the queue of its host, is released to the workers, and is delivered under a lease (docs/queue.md).  A
delivery ends in one of five ways: it is settled, put back, retried later, dead-lettered, or claimed by another worker
once its own has been idle for a lease.
Each of these is one Lua script.  It first checks the *fence*, that is, that the lease is still valid (same owner, same
delivery counter); then it checks everything that could fail; only then does it write.  So of two workers that process
the same task only the owner of the lease writes, and the other is informed by the script's reply.

Every operation may be repeated after a lost reply.
"""

from worker.queue.dead_letters import DeadLetter
from worker.queue.delivery import Delivery, Outcome, QueueFull, Settlement
from worker.queue.depth import Depth, WorkerState
from worker.queue.hosts import HostRequest, Hosts
from worker.queue.keys import GROUP, QueueKeys
from worker.queue.url_queue import UrlQueue, new_consumer_name, process_consumer_name

__all__ = [
    "GROUP",
    "DeadLetter",
    "Delivery",
    "Depth",
    "HostRequest",
    "Hosts",
    "Outcome",
    "QueueFull",
    "QueueKeys",
    "Settlement",
    "UrlQueue",
    "WorkerState",
    "new_consumer_name",
    "process_consumer_name",
]
