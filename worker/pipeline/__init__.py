"""Page to article and coded events, in worker processes that are killed when they exceed their time or memory."""
