"""The trained models: arrays in, arrays out. The only files that they read are artifacts."""
