"""A hostile platform: a real one behind a proxy that lies (docs: ``README.md`` beside this file)."""
