"""Search for seals: one niced child process that walks the nonce slices of one or several miners in turn."""
