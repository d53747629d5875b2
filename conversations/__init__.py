"""The engine: pure, synchronous, platform-neutral. It knows no SDK, database, clock, randomness or logging."""
