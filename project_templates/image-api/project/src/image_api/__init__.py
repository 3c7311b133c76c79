"""Tells kinds of photographs apart, says how far it can be trusted, and answers over HTTP."""

import os

# Before NumPy or torch is imported, which read these once. Threads that wait for work give way instead of spinning:
# with anything else running on a two-core machine, training is otherwise several times slower.
for name, value in {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "1"}.items():
    os.environ.setdefault(name, value)
