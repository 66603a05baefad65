package dev.aether.bench.retry;

import dev.aether.client.AetherClient;

/** One writer to a contended actor. To the pattern it is like a separate process. */
interface Writer extends AutoCloseable {
  /** Starts a save, and blocks for as long as the pattern blocks its caller. */
  void write(String actorId) throws InterruptedException;

  /** Blocks until all started saves are stored or given up. */
  @Override
  void close();

  /** Creates writers. */
  interface Maker {
    Writer make(AetherClient client, Tally tally);
  }
}
