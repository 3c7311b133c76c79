"""Words and sentences, the retrievers, the features, the ranking, the answers, and the saved model of all of them."""
