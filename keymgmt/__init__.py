"""Keys, proxy re-encryption, and the programs that hold keys: signers and re-encryption nodes."""
