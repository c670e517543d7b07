"""What ser/bench.py measures with: contestants, fresh processes, collections, and the picture."""
