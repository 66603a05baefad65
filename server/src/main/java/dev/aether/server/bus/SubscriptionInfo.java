package dev.aether.server.bus;

import dev.aether.server.event.NamePattern;
import java.time.Duration;

/**
 * What an operator sees of an open subscription.
 *
 * @param subscriber who it is, as text for people
 * @param behind about how many commits it has still to receive, up to what this node knows of
 * @param openFor since it began
 */
public record SubscriptionInfo(
    NamePattern namespaces,
    EventFilter filter,
    String subscriber,
    long behind,
    State state,
    Duration openFor) {

  /** How it receives commits. */
  public enum State {
    /** It has not received what was stored before it began. */
    CATCHING_UP,
    /** It receives commits as they are stored. */
    LIVE,
    /** It does not read what was sent to it. */
    NOT_READING
  }
}
