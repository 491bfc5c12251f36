"""Nothing of its own is stored: a slot's history is the chain's (medixain.chainindex.models.ChainEvent)."""
