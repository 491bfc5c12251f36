"""Ciphertext that a SMART Health Link leads to, until it expires (docs/spec/api.md, Share links)."""
