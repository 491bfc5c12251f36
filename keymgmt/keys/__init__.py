"""Phrase, key derivation, key documents, sign-in, and the nullifier's cryptography (docs/spec/keys.md, oprf.md)."""
