"""Golden articles and the command that writes what is found in them."""
