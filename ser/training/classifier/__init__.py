"""What is fitted to embeddings: classifier, speaker adaptation, map."""
