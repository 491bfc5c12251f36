"""The sealing rules as pure functions of their arguments: no clock, no database, no network, no Django.

One file per rule, in the style of ethereum/execution-specs. ``docs/spec/consensus.md`` is the specification.
"""
