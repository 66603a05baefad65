package dev.aether.server.cli;

/** Where the value of an option comes from; a later one wins over an earlier one. */
enum Origin {
  DEFAULT,
  FILE,
  ENVIRONMENT,
  COMMAND_LINE
}
