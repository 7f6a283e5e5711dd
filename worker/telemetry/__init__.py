"""Telemetry of a process: logs, metrics, traces, and the liveness of its loops."""
