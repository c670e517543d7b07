"""Many recordings: embedded in bounded memory, scored on one machine or on Ray."""
