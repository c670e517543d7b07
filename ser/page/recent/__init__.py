"""A tab's recent recordings: to see the answer to one again, and to compare two."""
