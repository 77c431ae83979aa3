"""One small module per subcommand, each holding a click command called `command`."""
