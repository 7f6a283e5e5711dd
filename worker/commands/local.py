"""The commands that need nothing else: run (real addresses) and demo (a news site of our own)."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager

import msgspec
import structlog
from msgspec.structs import replace
from rich.console import Console

from worker import log
from worker.commands import addresses, stop_on_signals, task
from worker.commands.services import discoverer, sources
from worker.demo.site import site
from worker.embedded import default_data_dir, embedded
from worker.errors import Permanent
from worker.queue import UrlQueue
from worker.run import Feed, Screen, run as run_all
from worker.schema import Event, Task, task_id
from worker.settings import Settings
from worker.streams import connect
from worker.view import LiveView
