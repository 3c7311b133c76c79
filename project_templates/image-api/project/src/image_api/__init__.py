"""Tells kinds of photographs apart, says how far it can be trusted, and answers over HTTP."""
