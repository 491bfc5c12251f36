"""Engines that keep the chain steady: the mining optimiser, the run-time stabiliser and the sentinel."""
