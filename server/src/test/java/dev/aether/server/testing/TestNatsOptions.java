package dev.aether.server.testing;

import dev.aether.server.embedded.NatsServerBinary;

/**
 * How a test's nats-server differs from nats-server's defaults.
 *
 * @param syncAlways fsync before each acknowledgement, as the private nats-server of Aether does
 * @param maxPayloadBytes the largest message
 * @param room what there is to store in
 * @param binary the executable, for tests with another version
 */
public record TestNatsOptions(
    boolean syncAlways, int maxPayloadBytes, Room room, NatsServerBinary binary) {
  private static final int MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

  /** Lazy sync, messages up to 4 MiB. */
  public static TestNatsOptions defaults() {
    return new TestNatsOptions(
        false, MAX_PAYLOAD_BYTES, new Room.Unlimited(), TestNatsBinary.get());
  }

  /** What there is to store in. */
  public sealed interface Room {
    record Unlimited() implements Room {}

    /** {@code max_file_store} of the server. */
    record OfServer(long bytes) implements Room {}

    /** What Aether's account may store. */
    record OfAccount(long bytes) implements Room {}

    /** So many file handles. */
    record OfFileHandles(int handles) implements Room {}

    /**
     * A disk of this size, seen by the server only: a tmpfs in a mount namespace of its own, which
     * the superuser may make, and in most places everybody.
     */
    record OfDisk(long bytes) implements Room {}
  }

  public TestNatsOptions withRoom(Room other) {
    return new TestNatsOptions(syncAlways, maxPayloadBytes, other, binary);
  }

  public TestNatsOptions withSyncAlways() {
    return new TestNatsOptions(true, maxPayloadBytes, room, binary);
  }

  public TestNatsOptions withMaxPayloadBytes(int bytes) {
    return new TestNatsOptions(syncAlways, bytes, room, binary);
  }
}
