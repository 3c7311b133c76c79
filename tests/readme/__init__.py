"""Tests of `portfolio.readme`."""
