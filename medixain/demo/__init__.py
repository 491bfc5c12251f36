"""The whole platform in one program, on embedded parts, with synthetic people (profile *demo* of ARCHITECTURE.md)."""
