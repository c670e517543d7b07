"""The tabs of the page, one module each, and the API."""
