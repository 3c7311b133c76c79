"""What is watched of the service, and the alarm when it is no longer what it was."""
