"""Who said what: cues, what they announce, and whose words it is."""
