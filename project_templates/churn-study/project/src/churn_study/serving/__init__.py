"""The REST API, its page, and the page that needs no service."""
