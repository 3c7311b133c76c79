"""The plan, the sample size, and the analysis of a randomized experiment."""
