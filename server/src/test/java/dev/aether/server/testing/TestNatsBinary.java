package dev.aether.server.testing;

import dev.aether.server.embedded.NatsServerBinary;
import dev.aether.server.embedded.NatsServerScript;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The nats-server that all tests use: what {@code dev/nats-server} prints, asked once for each JVM.
 */
public final class TestNatsBinary {
  private TestNatsBinary() {}

  /** Asked when first used, by the class loader's own lock. */
  private static final class Holder {
    static final NatsServerBinary BINARY =
        NatsServerBinary.find(Optional.of(NatsServerScript.ask(Path.of(""))));
  }

  /** Blocks, the first time, until the binary is fetched. */
  public static NatsServerBinary get() {
    return Holder.BINARY;
  }
}
