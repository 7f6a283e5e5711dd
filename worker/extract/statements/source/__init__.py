"""The source of a cue: the subject, agent or possessor whose words the content is."""
