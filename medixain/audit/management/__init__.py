"""What operators run on the audit log."""
