package dev.aether.faults.history;

/**
 * A save as it was sent. All its attempts have the same content.
 *
 * @param commit the commit id, which no other save of the run has
 * @param events the number of events
 * @param content the {@link Content#fold} of the events
 */
public record Sent(
    String namespace, String actor, String commit, Expected expected, int events, long content) {

  /** The state of the actor that a save requires. */
  public sealed interface Expected {}

  /** The actor is at this version. */
  public record Exactly(long version) implements Expected {}

  /** Any state. */
  public record Any() implements Expected {}

  /** The actor has events. */
  public record Existing() implements Expected {}

  @Override
  public String toString() {
    return "commit " + commit + " of actor " + namespace + "/" + actor + ", sent with " + expected;
  }
}
