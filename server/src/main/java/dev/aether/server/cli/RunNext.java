package dev.aether.server.cli;

import dev.aether.client.OutcomeUnknownException;
import java.util.List;

/** A command that says what to run after an unknown outcome, where that is not the same again. */
interface RunNext {
  /**
   * The arguments to run next.
   *
   * @param given this run's arguments
   */
  List<String> after(OutcomeUnknownException unknown, List<String> given);
}
