package dev.aether.server.cli;

import dev.aether.client.OutcomeUnknownException;
import java.util.List;

/**
 * A command that determines what to run after an unknown outcome, if that is not the same command.
 */
interface RunNext {
  /**
   * The arguments to run next.
   *
   * @param given the arguments of this run
   */
  List<String> after(OutcomeUnknownException unknown, List<String> given);
}
