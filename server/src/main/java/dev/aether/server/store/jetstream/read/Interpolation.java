package dev.aether.server.store.jetstream.read;

import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.SkipPointers;
import java.util.concurrent.CompletableFuture;

/**
 * Comes near a version that lies far below an actor's end. Down the skip pointers that is a read
 * for each halving, one after another. But where an actor's commits lie close together, their
 * sequences rise about as their versions do: so the place is guessed, and what JetStream has next
 * there narrows it down. A wrong guess costs time only: what is read is the actor's own commit, and
 * tells its version.
 */
final class Interpolation {
  private static final int MAX_GUESSES = 3;

  /** Among fewer commits than this, skip pointers are as fast. */
  private static final int MIN_COMMITS = 64;

  /** Messages to a commit; farther apart, JetStream walks long from a guess to the next commit. */
  private static final int MAX_GAP = 256;

  private final ActorLog actor;
  private final long version;

  /** A commit that ends before the version; all 0: the beginning. */
  private record Below(long number, long sequence, long version) {
    static final Below BEGINNING = new Below(0, 0, 0);
  }

  private Interpolation(ActorLog actor, long version) {
    this.actor = actor;
    this.version = version;
  }

  /**
   * A commit that is not before the one that holds a version, near it if that was found.
   *
   * @param above the nearest that is known
   */
  static CompletableFuture<ActorLog.Located> near(
      ActorLog actor, ActorLog.Located above, long version) {
    return new Interpolation(actor, version).near(above, Below.BEGINNING, MAX_GUESSES);
  }

  private CompletableFuture<ActorLog.Located> near(ActorLog.Located above, Below known, int left) {
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

  /** So many messages after what is below. One that comes after a low guess goes twice as far. */
  private long guess(Below below, SkipPointers.Tree tree, boolean isAfterLowGuess, long messages) {
    double share = (double) (version - below.version()) / (tree.lastVersion() - below.version());
    return Math.min(messages, (long) Math.ceil((isAfterLowGuess ? 2 : 1) * share * messages));
  }

  private CompletableFuture<ActorLog.Located> narrowed(
      ActorLog.Located above, ActorLog.Located found, Below below, int left) {
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
