"""The commands of the command line beside reading, one module a command, each with a function
`run` whose parameters Typer takes; a module is loaded when its command is given."""
