"""Enqueue URLs from a program: typed results, in batches, for code with an event loop and without.

    async with Producer("redis://localhost:6379/0", source="newsroom") as producer:
        for result in await producer.put_many(urls):
            print(result.url, result.outcome)

`BlockingProducer` is the same for scripts and notebooks.  A URL that was enqueued before, by whichever producer, is
`seen`; one that is not a valid http(s) URL is `refused`, and does not affect the others.
"""

from __future__ import annotations

from worker.produce.blocking import BlockingProducer
from worker.produce.producer import Producer, PutResult
from worker.queue import QueueFull

__all__ = ["BlockingProducer", "Producer", "PutResult", "QueueFull"]
