"""The REST API, its page, and the questions it is tested with."""
