"""From a consortium's requirements to the chain's voted bounds: runs of the optimiser, proposals and their votes."""
