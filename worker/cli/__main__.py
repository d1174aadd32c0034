"""`python -m worker.cli` is `demarche`."""

from worker.cli import main

main()
