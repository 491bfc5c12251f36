"""What every endpoint shares: problems, callers, proofs, throttles, fields. It knows no app and no model."""
