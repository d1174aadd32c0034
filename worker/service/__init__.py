"""The processes of one machine: servers, workers, newsroom, and who restarts them."""
