package dev.aether.server.embedded;

import dev.aether.server.nats.NatsServerVersion;
import java.util.Locale;

/**
 * The wording of the advice for a user who has no usable nats-server, which depends on what was
 * called.
 *
 * @param explicitly what specifies a nats-server, such as an option
 * @param waysOn what to do if there is none
 */
public record NatsServerAdvice(String explicitly, String waysOn) {
  /** For users of the command line. */
  static final NatsServerAdvice COMMAND_LINE =
      new NatsServerAdvice(
          "--nats-server",
          String.format(
              Locale.ROOT,
              "install nats-server %s or later in PATH or specify it with --nats-server PATH, use a running NATS server with --nats URL, or keep everything in memory with --memory",
              NatsServerVersion.MINIMUM));
}
