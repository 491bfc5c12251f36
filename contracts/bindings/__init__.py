"""Typed access to the contracts for any web3 provider. Imports no Django."""
