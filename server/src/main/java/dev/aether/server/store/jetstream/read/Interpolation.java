package dev.aether.server.store.jetstream.read;

import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.SkipPointers;
import java.util.concurrent.CompletableFuture;

/**
 * Finds a commit near a version that is far below an actor's head. Skip pointers need one read per
 * halving, one after another. But if an actor's commits are close together, their sequences grow
 * about as fast as their versions. So the position is estimated, and the next message there narrows
 * it down. A wrong estimate only costs time: each message read is a commit of the actor and names
 * its version.
 */
final class Interpolation {
  private static final int MAX_GUESSES = 3;

  /** With fewer commits than this, skip pointers are as fast. */
  private static final int MIN_COMMITS = 64;

  /**
   * Messages per commit. If the commits are farther apart, JetStream scans too many messages to
   * find the next commit after an estimate.
   */
  private static final int MAX_GAP = 256;

  private final ActorLog actor;
  private final long version;

  /** A commit that ends before the version; all 0: the beginning of the log. */
  private record Below(long number, long sequence, long version) {
    static final Below BEGINNING = new Below(0, 0, 0);
  }

  private Interpolation(ActorLog actor, long version) {
    this.actor = actor;
    this.version = version;
  }

  /**
   * Finds a commit that is not before the one that contains a version, and close to it if possible.
   *
   * @param above the nearest such commit that is known
   */
  static CompletableFuture<LocatedCommit> near(ActorLog actor, LocatedCommit above, long version) {
    return new Interpolation(actor, version).near(above, Below.BEGINNING, MAX_GUESSES);
  }

  private CompletableFuture<LocatedCommit> near(LocatedCommit above, Below known, int left) {
    SkipPointers skipPointers = above.head().through();
    int pointer = skipPointers.towardsVersion(version);
    SkipPointers.Tree tree = skipPointers.trees().get(pointer);
    Below below = later(known, before(tree, skipPointers, pointer));
    long commits = tree.number() - below.number();
    long messages = tree.sequence() - below.sequence();
    boolean isThere = above.header().firstVersion() <= version;
    if (isThere || left == 0 || commits < MIN_COMMITS || messages / commits > MAX_GAP) {
      return CompletableFuture.completedFuture(above);
    }
    return actor
        .readableFrom(below.sequence() + guess(below, tree, below == known, messages))
        .thenCompose(
            found ->
                found.isEmpty() || found.get().sequence() > tree.sequence()
                    ? CompletableFuture.completedFuture(above)
                    : narrowed(above, found.get(), below, left - 1));
  }

  /**
   * The estimated distance from the lower bound. After an estimate that was too low, it is doubled.
   */
  private long guess(Below below, SkipPointers.Tree tree, boolean isAfterLowGuess, long messages) {
    double share = (double) (version - below.version()) / (tree.lastVersion() - below.version());
    return Math.min(messages, (long) Math.ceil((isAfterLowGuess ? 2 : 1) * share * messages));
  }

  private CompletableFuture<LocatedCommit> narrowed(
      LocatedCommit above, LocatedCommit found, Below below, int left) {
    CommitHeader header = found.header();
    return header.lastVersion() >= version
        ? near(found, below, left)
        : near(above, new Below(header.number(), found.sequence(), header.lastVersion()), left);
  }

  private static Below before(SkipPointers.Tree tree, SkipPointers skipPointers, int pointer) {
    long sequence = pointer + 1 < skipPointers.size() ? skipPointers.sequence(pointer + 1) : 0;
    return new Below(tree.number() - tree.size(), sequence, tree.versionBefore());
  }

  private static Below later(Below known, Below other) {
    return known.number() > other.number() ? known : other;
  }
}
