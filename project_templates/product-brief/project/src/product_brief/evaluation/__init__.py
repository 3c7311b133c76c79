"""How well the feature does on the evaluation set, how surely that is known, and whether that is enough to launch."""
