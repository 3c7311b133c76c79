"""A project → what its README lacks, what in it is not true, and what to write instead. Nothing of it is run."""
