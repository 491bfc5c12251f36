"""Each slot's documents (keyset, keystore, guardians, emergency), as ciphertext, versioned by the chain."""
