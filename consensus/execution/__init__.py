"""Execution clients behind one interface (:mod:`consensus.execution.base`): the embedded EVM and geth."""
