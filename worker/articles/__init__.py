"""HTML → Article: text, canonical URL, near-duplicates."""
