"""The words of a language, decoded strictly from `lexicon/` and laid out for looking up."""
