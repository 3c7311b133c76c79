"""The questions that SQL answers, a file each, and what runs them."""
