"""The REST API, its page, the same page without a service, and the log of what was asked."""
