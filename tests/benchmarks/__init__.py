"""Measured by hand, as ratios against a rival in one run: python -m tests.benchmarks"""
