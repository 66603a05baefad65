package dev.aether.client;

/**
 * Follows the saves of a client as steps of traces; see {@link AetherClientBuilder#saveTracer}.
 * Implementations are thread-safe, do not block and do not throw; what they throw is logged, and
 * the save goes on.
 */
@FunctionalInterface
public interface SaveTracer {
  /**
   * A save begins. Called by the thread that saves.
   *
   * @param namespace the namespace that it saves to
   */
  SaveTrace begin(SaveCommand command, String namespace);
}
