"""What is promised and when it is stopped: brief.yaml, the limits that were agreed on, what it is worth."""
