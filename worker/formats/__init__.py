"""What feeds and pages have in common: how bytes become characters, and text becomes a time."""
