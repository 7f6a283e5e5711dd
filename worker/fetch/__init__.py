"""URL to page over HTTP: client, DNS resolver, content decoding, headers, robots.txt and per-host rate limits."""
