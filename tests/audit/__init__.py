"""Tests of `portfolio.audit`."""
