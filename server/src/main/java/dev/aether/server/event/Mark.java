package dev.aether.server.event;

import java.time.Instant;

/**
 * A position in a log and a fingerprint of the commit there. If a store loses the end of a log (a
 * backup was restored, or a power failure destroyed commits that were not synced), it assigns the
 * lost positions to new commits. The fingerprint tells the two apart.
 *
 * @param position 0 means before the first commit
 * @param fingerprint of the time, in nanoseconds, at which the commit was stored; 0 if unknown.
 *     Cursors contain it, therefore the way it is computed must never change
 */
public record Mark(long position, int fingerprint) {
  /** Before the first commit. */
  public static final Mark NONE = new Mark(0, 0);

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /** A position whose commit is unknown. */
  public static Mark at(long position) {
    return new Mark(position, 0);
  }

  /** The position of a commit and the time at which it was stored. */
  public static Mark of(long position, Instant storedAt) {
    long nanos = storedAt.getEpochSecond() * NANOS_PER_SECOND + storedAt.getNano();
    int mixed = (int) (mixed(nanos) >>> Integer.SIZE);
    return new Mark(position, mixed == 0 ? 1 : mixed);
  }

  /** The finalizer of SplitMix64: close times get unrelated fingerprints. */
  private static long mixed(long nanos) {
    long mixed = (nanos ^ nanos >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return mixed ^ mixed >>> 31;
  }

  /** Whether the mark can be told from that of another commit at the same position. */
  public boolean isVerifiable() {
    return fingerprint != 0;
  }

  /**
   * Whether the two marks are of different commits at one position: then the store has lost one.
   */
  public boolean contradicts(Mark other) {
    return position == other.position
        && isVerifiable()
        && other.isVerifiable()
        && fingerprint != other.fingerprint;
  }
}
