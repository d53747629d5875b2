"""Slack: through its own Bolt and SDK."""
