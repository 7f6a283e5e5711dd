"""The readers' side over HTTP: live streams, history, articles, the queue's state, and the page.

One reader follows the Redis streams however many clients listen (`hub`); who resumes reads the past by itself
(`replay`) until it meets the hub's present, and is handed over there (`stream`).
"""

from __future__ import annotations
