"""Events sent to others' addresses as they are published: signed, retried, each at least once, under a stable id.

What is sent and how it is signed follows Standard Webhooks (https://www.standardwebhooks.com).  Each subscription has a
reader, a place in Redis, connections and name look-ups of its own: a receiver that hangs delays nobody else.
"""

from __future__ import annotations
