"""Sealed messages between people, and kfrags on their way to nodes that were down."""
