"""Who leaves, what an offer changes about it, how surely that is known, and who should get it."""

import os

# Before NumPy is imported, which reads these once: a fixed number, since more threads than cores wait for each other.
for name, value in {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE"}.items():
    os.environ.setdefault(name, value)
