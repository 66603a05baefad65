package dev.aether.bench.retry;

import dev.aether.client.AetherClient;

/** One writer of a contended actor: a process of its own, as far as the pattern can tell. */
interface Writer extends AutoCloseable {
  /** Begins a save, and waits as long as the pattern has its caller wait. */
  void write(String actorId) throws InterruptedException;

  /** Waits until all that was begun is saved or given up. */
  @Override
  void close();

  /** Makes a writer. */
  interface Maker {
    Writer make(AetherClient client, Tally tally);
  }
}
