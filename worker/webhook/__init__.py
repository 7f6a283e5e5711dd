"""Events as signed POST requests: each subscription delivers every event at least once, under a stable id.

Envelope and signature follow Standard Webhooks (https://www.standardwebhooks.com). Each subscription has its own
reader, cursor, connections and DNS look-ups, so a slow receiver does not delay the others.
"""

from __future__ import annotations
