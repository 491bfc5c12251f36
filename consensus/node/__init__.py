"""The consensus client: block tree, durable store, validation, votes, proposals, gossip and synchronisation."""
