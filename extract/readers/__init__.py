"""Bytes to a `Document`, one module a container."""
