"""The readers' side over HTTP: live streams, history, articles, the queue's state, and the page.

One reader follows the Redis streams however many clients listen (`hub`, `choirs`); who resumes reads the past by itself
(`history`) until it meets the hub's present, and is handed over there (`stream`).  Every request goes through `door`.
"""

from __future__ import annotations
