"""Commands and scripts of those who maintain the project; not in the installed package."""
