"""Record rows, uploads, ciphertext in and out, deletion with a receipt."""
