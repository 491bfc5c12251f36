"""The platform's applications: identity, profile, activity, access, registry and the start pages.

The database behind them holds ciphertext and routing: slots, never wallet ids of patients (docs/spec/api.md).
"""
