"""A year of forecasts that were never looked at: measures with intervals, slices, figures."""
