"""SQLModel behind the engine's ports; rows never leave this package."""
