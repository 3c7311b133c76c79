"""Where the photographs come from, which of them belong together, and how they are split."""
