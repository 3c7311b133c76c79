"""A template and answers → a project that is there, committed and, if asked for, run."""
