"""`communique hosts` against a real Redis."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from worker.cli.entry_point import main
from worker.queue import HostRequest, Hosts, UrlQueue
from worker.schema import Task

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings
