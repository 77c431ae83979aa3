"""Forecasts that are revised as months are seen, and the register of forecasts that will be graded."""
