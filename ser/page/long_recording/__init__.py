"""What the Long recording tab shows of an answer, lets change, and offers as files."""
