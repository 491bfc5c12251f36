"""Records: the container format, the stores that hold containers, and their anchors."""
