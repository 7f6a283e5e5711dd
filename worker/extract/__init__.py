"""Article in, events out."""
