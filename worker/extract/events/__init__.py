"""Extract meetings and decisions: triggers are read into candidates, which are clustered into events."""
