"""Who: words → parties, by name, by phrase, by reference, by who is speaking."""
