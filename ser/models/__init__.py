"""The trained parts: arrays in, arrays out. Nothing here knows files but artifacts, or the page."""
