"""The A/B test: assignment, event log, simulated visitors, analysis, off-policy evaluation."""
