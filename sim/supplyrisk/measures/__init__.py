"""What one run reports: metrics with unit and formula, sums over places, and the loops over its record."""
