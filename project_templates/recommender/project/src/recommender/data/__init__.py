"""Where events come from, how they are split, and what the made-up visitors really like."""
