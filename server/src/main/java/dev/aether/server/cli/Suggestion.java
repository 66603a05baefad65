package dev.aether.server.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Finds the option that a misspelled name was probably meant to be. */
final class Suggestion {
  private Suggestion() {}

  /** The most similar option of the command, with its dashes. */
  static Optional<String> similar(String flag, CommandSpec command) {
    return new UnmatchedArgumentException(command.commandLine(), List.of(flag))
        .getSuggestions().stream().filter(name -> name.startsWith("--")).findFirst();
  }
}
