package dev.aether.server.event;

import java.time.Instant;

/**
 * A position in a log, and a fingerprint of the commit there. A store that lost the end of a log (a
 * copy was restored, or a power failure took what was not synced) gives its positions to other
 * commits: the fingerprint tells these apart.
 *
 * @param position 0: before the first commit
 * @param fingerprint of the time, in nanoseconds, at which the store took the commit; 0: not known.
 *     Cursors carry it, so its form never changes
 */
public record Mark(long position, int fingerprint) {
  /** Before the first commit. */
  public static final Mark NONE = new Mark(0, 0);

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /** A position of which nothing else is known. */
  public static Mark at(long position) {
    return new Mark(position, 0);
  }

  /** The position of a commit that the store took at a time. */
  public static Mark of(long position, Instant storedAt) {
    long nanos = storedAt.getEpochSecond() * NANOS_PER_SECOND + storedAt.getNano();
    int mixed = (int) (mixed(nanos) >>> Integer.SIZE);
    return new Mark(position, mixed == 0 ? 1 : mixed);
  }

  /** The finalizer of SplitMix64: close times get fingerprints that have nothing in common. */
  private static long mixed(long nanos) {
    long mixed = (nanos ^ nanos >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return mixed ^ mixed >>> 31;
  }

  /** Whether another commit at the same position can be told apart. */
  public boolean isVerifiable() {
    return fingerprint != 0;
  }

  /** Whether two different commits are meant, of which the store must have lost one. */
  public boolean contradicts(Mark other) {
    return position == other.position
        && isVerifiable()
        && other.isVerifiable()
        && fingerprint != other.fingerprint;
  }
}
