"""Programs of the production profile, started as the table of services starts them."""
