"""A page to `Grid`s: rectangles of cells, nothing else, one module a detector."""
