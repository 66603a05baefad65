package dev.aether.server.bus;

import dev.aether.v1.Broadcast;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A broadcast that all subscribers on this node share. Its bytes count once, as long as any of
 * their queues holds it. Thread-safe.
 */
final class SharedBroadcast {
  /** About the memory of a broadcast in addition to its bytes. */
  private static final int OVERHEAD_BYTES = 512;

  private final Broadcast message;
  private final AtomicLong heldBytes;
  private final AtomicInteger holders = new AtomicInteger();

  /**
   * @param heldBytes counts the bytes that the queues of this node hold together
   */
  SharedBroadcast(Broadcast message, AtomicLong heldBytes) {
    this.message = message;
    this.heldBytes = heldBytes;
  }

  Broadcast message() {
    return message;
  }

  int bytes() {
    return OVERHEAD_BYTES + message.getSerializedSize();
  }

  /** The bytes that the queues of this node hold together. */
  long allHeldBytes() {
    return heldBytes.get();
  }

  /** Call it when a queue starts to hold the broadcast. */
  void hold() {
    if (holders.getAndIncrement() == 0) {
      heldBytes.addAndGet(bytes());
    }
  }

  /** Call it when a queue no longer holds the broadcast. */
  void release() {
    if (holders.decrementAndGet() == 0) {
      heldBytes.addAndGet(-bytes());
    }
  }
}
