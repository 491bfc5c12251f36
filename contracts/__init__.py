"""The contracts: Solidity sources, committed artefacts, Python bindings and deployment. Imports no Django."""
