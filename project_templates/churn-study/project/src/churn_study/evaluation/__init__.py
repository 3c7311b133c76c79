"""Measures with intervals, slices, importance, figures."""
