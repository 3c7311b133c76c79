"""Where customers come from, what is wrong with them, and which of them train and test."""
