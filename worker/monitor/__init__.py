"""Monitoring: heartbeats of services, snapshots of the fleet, their gauges, and the health endpoints of a service."""
