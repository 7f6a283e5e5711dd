"""The content span of a cue: where it starts, where it ends, and the sentences that continue it."""
