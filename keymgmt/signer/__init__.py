"""Signer processes: programs that hold the secret keys of institutions, relays, miners, voters and engines.

A signer never hands a key out. It is told the message, not the digest, wherever its key has a vocabulary: it hashes the
message itself and signs only what its role may say, so whoever steals its token cannot make it sign anything else.
"""
