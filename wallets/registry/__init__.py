"""Institutions, professionals and nodes as the chain has them, with display names; applications and votes."""
