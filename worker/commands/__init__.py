"""What each command does.  `worker.cli` reads the command line and calls one function here by name."""
