"""Whether visitors and lists are still like those of the reference."""
