"""Where demand comes from, what is wrong with it, and what is known when."""
