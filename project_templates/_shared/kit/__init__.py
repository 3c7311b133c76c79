"""Plumbing that is the same in every project of this kind: commands, results, report blocks, charts, service, drift.

You need not read it to understand this project: start with `config.py` and the folders beside this one. Nothing here
knows what the project is about; what it needs to know is passed in. It was tested where it comes from.
"""
