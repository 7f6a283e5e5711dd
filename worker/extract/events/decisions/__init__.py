"""Decisions: verbal and nominal triggers, deciders, status; `decisions.extract_decisions` is the entry point."""
