"""What README, docs and model card say of the results."""
