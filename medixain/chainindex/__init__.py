"""The platform's side of the chain: the outbox that delivers people's signed messages, and an index of the events.

It sits beside the layers: wallets and records use it, it uses contracts.bindings and medixain.core alone.
"""
