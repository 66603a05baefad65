package dev.aether.server.store.jetstream.write;

/**
 * Keeps the reported outcome of a save true. Once the deadline has reported that nothing was
 * stored, nothing may be published any more. While a publish is neither acknowledged nor refused,
 * nobody may report that nothing was stored.
 */
public final class PublishGate {
  /** What is known when the gate closes. */
  public enum Verdict {
    /** The save is waiting for earlier ones. */
    WAITING,
    /** Nothing can be stored. */
    NOTHING_PUBLISHED,
    /** The save may be stored, now or later. */
    UNCERTAIN
  }

  private boolean started;
  private boolean closed;

  /** Whether a publish is in flight, or was not acknowledged and may still be stored. */
  private boolean inFlight;

  private boolean lost;

  public synchronized void start() {
    started = true;
  }

  /** Requests permission to publish; false: it is too late. */
  public synchronized boolean publish() {
    if (closed) {
      return false;
    }
    lost |= inFlight;
    inFlight = true;
    return true;
  }

  /** Notes that the latest publish was refused or never sent. Once closed, the verdict stands. */
  public synchronized void onPublishWithoutEffect() {
    inFlight &= closed;
  }

  /**
   * Notes that another write was stored first, so that no publish so far can be stored any more.
   */
  public synchronized void onLostRace() {
    inFlight = false;
    lost = false;
  }

  public synchronized boolean isUncertain() {
    return inFlight || lost;
  }

  /** Permits no further publishes. */
  public synchronized Verdict close() {
    closed = true;
    if (!started) {
      return Verdict.WAITING;
    }
    return inFlight || lost ? Verdict.UNCERTAIN : Verdict.NOTHING_PUBLISHED;
  }
}
