"""The terminal: a real third platform."""
