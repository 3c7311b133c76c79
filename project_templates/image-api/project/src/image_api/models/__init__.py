"""The baseline, the network, how they are trained, and the model as it is saved and served."""
