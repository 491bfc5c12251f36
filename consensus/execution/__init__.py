"""Execution clients behind one interface (:mod:`consensus.execution.base`): the embedded EVM and geth."""

import sys

import eth.precompiles  # noqa: F401  # imported for its effect on the recursion limit, which is undone below

EVM_RECURSION_LIMIT = 12 * 1024
"""Python frames that 1,024 nested EVM calls need (eth/__init__.py)."""

# py_ecc, which py-evm imports, raises the limit to 100,000 for the whole process. With that, a JSON body of some ten
# thousand opening brackets overflows the C stack of json's scanner and kills the process, whoever parses it: the
# JSON-RPC server, the gossip endpoint, or Django beside them.
sys.setrecursionlimit(EVM_RECURSION_LIMIT)
