"""What can be said of an offer's effect without an experiment, and how far to trust it."""
