package dev.aether.server.bus;

import dev.aether.v1.Broadcast;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A broadcast as all subscribers on this node share it: as long as any of their queues holds it, it
 * counts once in what these hold together. For any number of threads.
 */
final class SharedBroadcast {
  /** What one takes in memory beside its bytes, roughly. */
  private static final int OVERHEAD_BYTES = 512;

  private final Broadcast message;
  private final AtomicLong heldBytes;
  private final AtomicInteger holders = new AtomicInteger();

  /**
   * @param heldBytes what the queues of this node hold together
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

  /** Bytes that the queues of this node hold, this broadcast among them or not. */
  long allHeldBytes() {
    return heldBytes.get();
  }

  /** A queue holds it. */
  void hold() {
    if (holders.getAndIncrement() == 0) {
      heldBytes.addAndGet(bytes());
    }
  }

  /** One that held it does no more. */
  void release() {
    if (holders.decrementAndGet() == 0) {
      heldBytes.addAndGet(-bytes());
    }
  }
}
