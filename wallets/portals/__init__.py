"""Server-rendered pages that show what the server may know."""
