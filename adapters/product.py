"""What the product is, as platforms tell it to people who have not met it yet."""

from __future__ import annotations

PRODUCT = "AI Readiness"
COLOUR = "#1d3557"
IN_SHORT = "Asks what an AI pilot still needs for production, in a channel's thread."  # 80 characters at most
IN_FULL = (
    "AI Readiness walks a team through what an AI pilot needs before it goes to production: who runs it, what happens"
    " when it fails, how you will know that it works, the way back, who approves, and how people get trained. It asks"
    " in a thread of the channel where the team already talks, one question at a time, says what an answer has and"
    " what it lacks, keeps who answered what and when, and shows what still stands in the way."
)
