"""From characters to clauses: tokens and their classes, quotations, chunks, and who does what in a clause."""
