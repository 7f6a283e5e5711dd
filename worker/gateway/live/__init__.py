"""GET /v1/stream: live events, and their replay from the history of the streams, over SSE and WebSocket.

One `MergedReader` follows the Redis streams, however many clients are connected.  The `Broadcaster` sends its events to
groups of subscribers with equal subscriptions.  A client that resumes gets its own `ReplayWindow` until it has caught
up with the events that the broadcaster still holds.
"""
