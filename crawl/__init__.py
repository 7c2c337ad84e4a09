"""From an agency's site to every annual report that it publishes: found, fetched politely, kept
once, handed to extraction. `discover` is pure and needs nothing but the bytes of a page."""
