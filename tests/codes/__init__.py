"""Tests of the codes, and the command that writes the tables of docs/codes.md anew."""
