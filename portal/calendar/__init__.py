"""Days on which China works."""
