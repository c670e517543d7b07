"""Distillation and fine-tuning of the encoder."""
