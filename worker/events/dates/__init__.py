"""When: expressions of time, and the day of an act."""
