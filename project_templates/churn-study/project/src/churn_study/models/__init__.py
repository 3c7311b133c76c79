"""From a customer to the risk of leaving: features, candidates, and the saved model."""
