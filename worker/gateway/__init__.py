"""HTTP gateway: live event streams, history, articles, service status and the web page.

Layout: `app` assembles the parts and routes, `server` opens the socket.  Every request passes `middleware/` and ends
in a handler of `api/` or `live/`.  `live/` reads each Redis stream once, however many clients are connected; a client
that resumes replays the entries it has missed and then joins the broadcast.  `spec/` describes the API, `web/` holds
the page.
"""

from __future__ import annotations
