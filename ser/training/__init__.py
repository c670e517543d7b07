"""What makes artifacts/ from a folder of recordings; nothing outside imports it."""
