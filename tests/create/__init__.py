"""Tests of `portfolio.create`."""
