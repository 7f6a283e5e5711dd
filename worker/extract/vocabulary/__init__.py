"""The words of a language, decoded strictly from `lexicons/` and laid out for looking up."""
