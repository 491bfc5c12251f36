"""`make screenshots`: every page at both widths, to be looked at; it fails when a page has no picture."""

import django

# The platform's table of addresses, of which every page needs a picture, is there only when Django is set up.
django.setup()
