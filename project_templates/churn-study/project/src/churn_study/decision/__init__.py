"""Who gets the offer, what that is worth, and the memo that says so."""
