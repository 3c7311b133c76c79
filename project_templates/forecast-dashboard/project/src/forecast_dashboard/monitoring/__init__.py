"""Whether forecasts still cover the actual demand, and whether their input is fresh."""
