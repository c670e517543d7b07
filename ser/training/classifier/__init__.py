"""Fits models to embeddings: classifier, speaker adaptation, map."""
