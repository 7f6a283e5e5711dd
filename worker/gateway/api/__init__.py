"""Handlers of the request-response API: events, articles, status and health."""
