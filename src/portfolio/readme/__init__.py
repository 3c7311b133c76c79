"""A README as data: its words, its sections and what stands in them, and its report blocks. Pure; knows no files."""
