"""The feature over HTTP: a box to ask, consent before anything is stored, the brief and the measures."""
