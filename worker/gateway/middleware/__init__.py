"""Processing common to all requests: request ids, authorisation, rate limits, CORS, compression, logging."""
