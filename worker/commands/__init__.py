"""What the commands of `demarche` do; `worker.cli` says how they are called."""
