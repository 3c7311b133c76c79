"""Where passages and questions come from, what is wrong with them, and how questions are split."""
