"""What is watched once the service answers."""
