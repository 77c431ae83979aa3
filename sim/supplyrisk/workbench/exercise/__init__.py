"""Table-top exercises: a team that knows only what is known by today chooses measures, plays on, goes back and branches."""
