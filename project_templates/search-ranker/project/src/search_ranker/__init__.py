"""Finds passages, ranks them, answers with the sentence that was found, or says that it is not in them."""

import os

# Before NumPy is imported, which reads these once: a fixed number, since more threads than cores wait for each other.
for name, value in {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE"}.items():
    os.environ.setdefault(name, value)
