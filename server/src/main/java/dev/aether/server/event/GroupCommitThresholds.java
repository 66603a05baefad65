package dev.aether.server.event;

/**
 * From how many saves on, waiting for the same log, they are stored together. JetStream stores the
 * saves of a batch with one sync to disk and one proposal to the replicas, but a batch also has a
 * cost of its own.
 *
 * @param synced for logs with one replica that are synced before each acknowledgement
 * @param replicated for logs with several replicas
 * @param others for all other logs
 */
public record GroupCommitThresholds(int synced, int replicated, int others) {
  /** A threshold that is never reached. */
  public static final int NEVER = Integer.MAX_VALUE;

  /**
   * What pays according to measurements (docs/performance.md): a batch that is staged on disk pays
   * from about 16 saves on, Raft already gathers single saves, and without a sync a batch saves
   * nothing.
   */
  public static final GroupCommitThresholds DEFAULT = new GroupCommitThresholds(16, 32, NEVER);

  /** Each save is stored by itself. */
  public static final GroupCommitThresholds OFF = new GroupCommitThresholds(NEVER, NEVER, NEVER);

  /** A batch that is staged in memory takes as long as about two syncs, however small it is. */
  private static final int SYNCED_AND_STAGED_IN_MEMORY = 2;

  /** The thresholds for a nats-server that stages batches in memory. */
  public GroupCommitThresholds stagedInMemory() {
    return synced == NEVER
        ? this
        : new GroupCommitThresholds(
            Math.min(synced, SYNCED_AND_STAGED_IN_MEMORY), replicated, others);
  }

  /** The threshold for a log. */
  public int of(int replicas, Durability.Sync sync) {
    if (replicas > 1) {
      return replicated;
    }
    return sync == Durability.Sync.ALWAYS ? synced : others;
  }
}
