"""`portfolio defend`: questions that rest on a run, and a page whose answers nobody loses."""
