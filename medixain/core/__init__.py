"""What every package may rely on: the error base, identifiers, canonical encodings. Imports no app and no Django."""
