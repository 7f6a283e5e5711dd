"""Statement extraction: cues, their content and source, and the statement that they make.

Terms follow PARC and PolNeAR: the *source* says the *content*, and the *cue* ("said", "according to") links the two.
"""
