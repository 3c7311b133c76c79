"""Recommends items, serves two rankings behind an experiment, and tells from its logs which one helped."""

import os

# Before NumPy is imported, which reads these once: a fixed number, since more threads than cores wait for each other.
for name, value in {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE"}.items():
    os.environ.setdefault(name, value)
