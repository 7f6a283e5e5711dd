"""Machine-readable descriptions of the API (OpenAPI, AsyncAPI) and the page's vocabulary."""
