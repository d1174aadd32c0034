"""What `worker.fetch` stands on: addresses that may be dialled, dialling, bounded inflating."""
