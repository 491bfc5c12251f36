"""The browser vault's origin: what it serves, under which headers, and the manifest that two institutions sign."""
