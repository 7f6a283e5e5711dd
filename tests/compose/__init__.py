"""`make compose-test`: docker-compose.yml and the programs in deploy/ on a real container engine."""
