"""Creates machine-learning portfolio projects that run, measure themselves and keep their README true."""
