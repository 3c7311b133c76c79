"""The naive forecasts, the boosted trees, their intervals, and the commitment."""
