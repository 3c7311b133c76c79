"""A newer version of its template into a living project, as a git merge in which no line is lost."""
