"""The workbench: a page in the browser on this machine, on which a scenario answers while it is edited."""
