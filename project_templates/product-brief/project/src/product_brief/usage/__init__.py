"""What users do with the feature: events with their consent, the measures made of them, and simulated users."""
