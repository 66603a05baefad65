package dev.aether.server.store.jetstream.wire;

import io.nats.client.impl.Headers;
import org.jspecify.annotations.Nullable;

/** A way to send messages to NATS, in order. */
interface Outlet {
  /** Instead of the number of a request: a message that gets no response. */
  long NO_RESPONSE = 0;

  /**
   * Sends a message. What was sent may still be lost.
   *
   * @param request the number of a pending request, whose response comes back by this outlet
   * @throws RuntimeException if it was not sent
   */
  void send(String subject, long request, @Nullable Headers headers, byte[] body);

  /** Lets what was sent leave now, if the thread has more to do before it would leave by itself. */
  void flush();
}
