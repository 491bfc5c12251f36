"""The re-encryption node as a server; clients never import this package (docs/spec/nodes.md)."""
