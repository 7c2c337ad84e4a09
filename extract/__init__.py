"""The world outside: files, document libraries, processes. Bytes to a Document, pages to
Boxes, and the ladder that tries one detector after the other."""
