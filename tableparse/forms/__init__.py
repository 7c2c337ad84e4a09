"""The form as data: both editions, variants of their labels, glyphs, values, identities."""
