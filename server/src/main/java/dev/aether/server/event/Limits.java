package dev.aether.server.event;

/** The bounds of the contract. Sizes are in bytes of UTF-8 where they bound text. */
public final class Limits {
  public static final int NAMESPACE_BYTES = 64;
  public static final int ACTOR_ID_BYTES = 256;
  public static final int EVENT_TYPE_BYTES = 256;
  public static final int COMMIT_ID_BYTES = 64;

  /** Bound of event_id, command_id and content_type. */
  public static final int SHORT_TEXT_BYTES = 256;

  public static final int EVENTS_PER_COMMIT = 1000;

  /**
   * A repeat without an expected version is looked for among so many of the actor's latest commits:
   * the contract's 1,000, and some that may have come while the writer waited for its answer.
   */
  public static final int REPEATS_AMONG_COMMITS = 1024;

  public static final int METADATA_KEYS = 64;

  /** Keys and values of one event's metadata together. */
  public static final int METADATA_BYTES = 16 * 1024;

  /** An encoded commit, whatever NATS would take. */
  public static final int COMMIT_BYTES = 3 * 1024 * 1024;

  /** What a message's headers may take beside its body. */
  public static final int HEADROOM_BYTES = 16 * 1024;

  /** Bound of a namespace or actor pattern and of the number of types in a filter. */
  public static final int PATTERN_BYTES = 512;

  public static final int FILTER_TYPES = 256;

  private Limits() {}

  /** The largest encoded commit that a NATS with this {@code max_payload} takes, in bytes. */
  public static int commitBytes(long maxPayload) {
    return (int) Math.min(COMMIT_BYTES, maxPayload - HEADROOM_BYTES);
  }
}
