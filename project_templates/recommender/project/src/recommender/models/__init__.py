"""The rankings, the search for their settings, the saved model, and the lists that are made from it."""
