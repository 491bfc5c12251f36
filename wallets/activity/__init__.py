"""A slot's history as the chain tells it: what was anchored, granted and withdrawn, and who may append."""
