"""Rich renderables for the terminal: events, run statistics, the fleet."""
