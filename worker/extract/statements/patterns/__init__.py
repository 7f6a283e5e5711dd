"""Attribution constructions, one module each: find cues, then the content and source of each cue."""
