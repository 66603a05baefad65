package dev.aether.server.embedded;

import dev.aether.server.nats.NatsServerVersion;
import java.util.Locale;

/**
 * In which words somebody who has no usable nats-server is told what to do: those of what was
 * called.
 *
 * @param explicitly what names a nats-server, such as a flag
 * @param waysOn what to do where there is none
 */
public record NatsServerAdvice(String explicitly, String waysOn) {
  /** For whoever typed a command. */
  static final NatsServerAdvice COMMAND_LINE =
      new NatsServerAdvice(
          "--nats-server",
          String.format(
              Locale.ROOT,
              "install nats-server %s or later into PATH or give its path by --nats-server PATH, or use a running NATS by --nats URL, or keep everything in memory only by --memory",
              NatsServerVersion.MINIMUM));
}
