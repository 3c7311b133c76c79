"""Where articles and cases come from, what is wrong with them, and what a feature needs of its data."""
