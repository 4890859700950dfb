"""Days on which China works, and on which this institution does."""
