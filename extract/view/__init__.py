"""A report as one HTML page: what was read, where it stands, what proves it and what does not.

`load` gives a source's `Work` (report, document, trials), `model` turns it into plain values,
`page` these into the text of a page that needs nothing beside it.
"""
