"""How an answer is read: numbers, days, people, places and parts, by their form. Words are data, not code."""
