"""Re-encryption nodes (docs/spec/nodes.md).

``messages``, ``wire``, ``errors`` and ``client`` are what clients share with the nodes and import nothing of the
server; ``server`` is the node itself.
"""
