"""Other classifiers on the same embeddings and folds."""
