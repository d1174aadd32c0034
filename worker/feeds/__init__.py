"""Seeds file → Feeds, bytes → Entries, and when to look next."""
