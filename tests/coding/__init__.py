"""Tests of coding, and the command that regenerates the tables of docs/codes.md."""
