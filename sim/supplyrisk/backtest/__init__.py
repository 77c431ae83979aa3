"""Episodes of the past: what was known on day one, run forward, held against what happened."""
