"""Accounts, their slots, sign-in bound to a device, the directory by which inboxes are found."""
