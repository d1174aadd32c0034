"""What is due, leased and done. A Redis door."""
