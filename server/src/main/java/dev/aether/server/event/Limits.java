package dev.aether.server.event;

/** The limits of the API contract. Limits on text are in bytes of UTF-8. */
public final class Limits {
  public static final int NAMESPACE_BYTES = 64;
  public static final int ACTOR_ID_BYTES = 256;
  public static final int EVENT_TYPE_BYTES = 256;
  public static final int COMMIT_ID_BYTES = 64;

  /** Limit of event_id, command_id and content_type. */
  public static final int SHORT_TEXT_BYTES = 256;

  public static final int EVENTS_PER_COMMIT = 1000;

  /**
   * Number of an actor's latest commits that are searched for the original of a repeated save
   * without an expected version: the contract's 1,000, plus some that may have been stored while
   * the writer waited for its answer.
   */
  public static final int REPEATS_AMONG_COMMITS = 1024;

  public static final int METADATA_KEYS = 64;

  /** Total size of the keys and values of one event's metadata. */
  public static final int METADATA_BYTES = 16 * 1024;

  /** An encoded commit, even if NATS accepts larger messages. */
  public static final int COMMIT_BYTES = 3 * 1024 * 1024;

  /** Room in a NATS message for the headers. */
  public static final int HEADROOM_BYTES = 16 * 1024;

  /** Limit of a namespace or actor pattern. */
  public static final int PATTERN_BYTES = 512;

  /** Number of event types in a filter. */
  public static final int FILTER_TYPES = 256;

  private Limits() {}

  /**
   * The largest encoded commit that a NATS server with this {@code max_payload} accepts, in bytes.
   */
  public static int commitBytes(long maxPayload) {
    return (int) Math.min(COMMIT_BYTES, maxPayload - HEADROOM_BYTES);
  }
}
