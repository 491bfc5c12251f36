"""The profile's fold: histories of events and what every reader must make of them."""
