"""Events → Redis Stream, and back out of it. A Redis door."""
