"""What the model is worth: measures with intervals, costs, tests of trust, figures."""
