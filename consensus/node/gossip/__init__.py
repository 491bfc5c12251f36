"""How consensus clients talk: an interface (:mod:`.base`) and mutually authenticated HTTP behind it (:mod:`.http`)."""
