"""Many documents, processed in all cores; the results in the order of the documents."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from worker.documents.input_document import InputDocument, failed
from worker.documents.process import DocumentResult, ProcessDocument, ReadOptions, failed_result
from worker.errors import Failure, Permanent
from worker.lifecycle import cancel_and_wait
from worker.pipeline.pool import Pool

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from worker.settings import PoolSettings

MAX_AHEAD: Final = 64
"""Most documents that are in progress, or finished before an earlier one."""
MAX_AHEAD_BYTES: Final = 64 << 20
"""Size of the documents from archives and streams from which on no further document is read ahead."""


class DocumentBatch(NamedTuple):
    """Documents, and how each of them is processed."""

    documents: Iterable[InputDocument]
    process: ProcessDocument
    options: ReadOptions


async def process_all(batch: DocumentBatch, settings: PoolSettings) -> AsyncGenerator[DocumentResult, None]:
    """Yield the result of every document; one that takes too long, or crashes its process, fails alone."""
    async with Pool(settings, preload="worker.pipeline.preload") as pool:
        ahead: deque[tuple[asyncio.Task[DocumentResult], int]] = deque()
        try:
            for document in batch.documents:
                task = asyncio.create_task(_process(pool, document, batch))
                ahead.append((task, len(document.body or b"")))
                await asyncio.sleep(0)  # starts it while the next document is read
                while len(ahead) >= MAX_AHEAD or sum(size for _, size in ahead) > MAX_AHEAD_BYTES:
                    yield await ahead.popleft()[0]
            while ahead:
                yield await ahead.popleft()[0]
        finally:
            await cancel_and_wait(task for task, _ in ahead)


async def _process(pool: Pool, document: InputDocument, batch: DocumentBatch) -> DocumentResult:
    try:
        return await pool.run(batch.process, document, batch.options)
    except Failure as e:
        return failed_result(failed(document.name, Permanent(e.reason, e.detail)))
