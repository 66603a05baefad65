package dev.aether.server.testing;

import dev.aether.server.embedded.NatsServerBinary;

/**
 * How a test's nats-server differs from nats-server's defaults.
 *
 * @param syncAlways fsync before each acknowledgement, as the private nats-server of Aether does
 * @param maxPayloadBytes the largest message
 * @param binary the executable, for tests with another version
 */
public record TestNatsOptions(boolean syncAlways, int maxPayloadBytes, NatsServerBinary binary) {
  private static final int MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

  /** Lazy sync, messages up to 4 MiB. */
  public static TestNatsOptions defaults() {
    return new TestNatsOptions(false, MAX_PAYLOAD_BYTES, TestNatsBinary.get());
  }

  public TestNatsOptions withSyncAlways() {
    return new TestNatsOptions(true, maxPayloadBytes, binary);
  }

  public TestNatsOptions withMaxPayloadBytes(int bytes) {
    return new TestNatsOptions(syncAlways, bytes, binary);
  }
}
