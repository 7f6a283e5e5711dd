"""Monitoring of services: `monitored_service` sets it up; `health_server` answers /healthz, /readyz and /metrics.

`heartbeat` and `consumer_status` write to Redis; `snapshot` reads the state of the fleet back, and `fleet_collector`
turns it into gauges.  `stream_trimmer` keeps the streams within their memory budget.
"""
