"""`portfolio site`: many projects' recorded results as one static portfolio, with a page for each."""
