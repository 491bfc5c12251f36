"""The command line: docs/spec/cli.md. It parses, calls one SDK method, prints; nothing is decided here."""
