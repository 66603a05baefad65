package dev.aether.server.store.jetstream.write;

/**
 * Keeps true what a save may say of itself: once the deadline has answered that nothing was stored,
 * nothing may be published any more; and while a publish has neither been acknowledged nor refused,
 * nobody may say that nothing was stored.
 */
public final class PublishGate {
  /** What is known when the gate closes. */
  public enum Verdict {
    /** The save waits for others before it. */
    WAITING,
    /** Nothing of it can be stored. */
    NOTHING_PUBLISHED,
    /** It may be stored, now or later. */
    UNCERTAIN
  }

  private boolean started;
  private boolean closed;

  /** A publish is under way, or went unanswered and may be stored yet. */
  private boolean inFlight;

  private boolean lost;

  public synchronized void start() {
    started = true;
  }

  /** Asks leave to publish; false: it is too late. */
  public synchronized boolean publish() {
    if (closed) {
      return false;
    }
    lost |= inFlight;
    inFlight = true;
    return true;
  }

  /** The latest publish was refused or never sent. */
  public synchronized void publishHadNoEffect() {
    inFlight = false;
  }

  /** The place that all publishes up to now aimed at is another commit's. */
  public synchronized void lostPublishesAreVoid() {
    inFlight = false;
    lost = false;
  }

  public synchronized boolean isUncertain() {
    return inFlight || lost;
  }

  /** Lets nothing be published from now on. */
  public synchronized Verdict close() {
    closed = true;
    if (!started) {
      return Verdict.WAITING;
    }
    return inFlight || lost ? Verdict.UNCERTAIN : Verdict.NOTHING_PUBLISHED;
  }
}
