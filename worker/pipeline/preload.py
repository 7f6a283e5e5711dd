"""Imported once, in the process that the pool's processes are forked from: they then share what is loaded here."""

from worker.pipeline.process_page import warm

warm()
