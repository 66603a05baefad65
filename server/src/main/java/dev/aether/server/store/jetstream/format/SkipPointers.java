package dev.aether.server.store.jetstream.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The skip pointers of an actor's commits: the stack of a skew-binary list (Myers 1983). Each
 * commit's header contains the skip pointers over the commits before it, so any of {@code n}
 * commits can be found in O(log n) reads, starting from the last commit and without a separate
 * index.
 *
 * <p>The commits 1..count are split into trees of sizes 2^k − 1, the newest and smallest first;
 * only the two newest may have equal sizes. A pointer is a tree's newest commit: its sequence in
 * the stream and its last version. The sizes follow from the count, so they are not stored.
 * Immutable.
 */
public final class SkipPointers {
  /** The skip pointers over no commits. */
  public static final SkipPointers EMPTY = new SkipPointers(0, new long[0]);

  private final long count;

  /** Sequence and last version of each pointer, newest first. */
  private final long[] pointers;

  private SkipPointers(long count, long[] pointers) {
    this.count = count;
    this.pointers = pointers;
  }

  /**
   * Skip pointers over {@code count} commits.
   *
   * @param pointers sequence and last version of each, newest first
   * @throws IllegalArgumentException if their number does not match the trees of {@code count}, or
   *     if they do not lead back, since following them might never end
   */
  public static SkipPointers of(long count, long[] pointers) {
    if (pointers.length != 2 * treeSizes(count).length) {
      throw new IllegalArgumentException(
          pointers.length / 2 + " pointers for " + count + " commits");
    }
    for (int i = 0; i < pointers.length; i++) {
      if (pointers[i] < 1 || (i > 1 && pointers[i] >= pointers[i - 2])) {
        throw new IllegalArgumentException("pointers that do not lead back");
      }
    }
    return new SkipPointers(count, pointers);
  }

  /** The number of commits covered. */
  public long count() {
    return count;
  }

  /** The last version of the newest commit covered; 0: there is none. */
  long latestVersion() {
    return pointers.length == 0 ? 0 : lastVersion(0);
  }

  public int size() {
    return pointers.length / 2;
  }

  /** A pointer's sequence in the stream; pointer 0 is the newest. */
  public long sequence(int pointer) {
    return pointers[2 * pointer];
  }

  /** The number of a pointer's commit in the actor's history, from 1. */
  public long number(int pointer) {
    long[] sizes = treeSizes(count);
    long number = count;
    for (int newer = 0; newer < pointer; newer++) {
      number -= sizes[newer];
    }
    return number;
  }

  /** The last version of a pointer's commit. */
  public long lastVersion(int pointer) {
    return pointers[2 * pointer + 1];
  }

  /** The skip pointers with one more commit. */
  public SkipPointers push(long sequence, long lastVersion) {
    long[] sizes = treeSizes(count);
    boolean merge = sizes.length >= 2 && sizes[0] == sizes[1];
    int dropped = merge ? 4 : 0;
    long[] next = new long[pointers.length - dropped + 2];
    next[0] = sequence;
    next[1] = lastVersion;
    System.arraycopy(pointers, dropped, next, 2, pointers.length - dropped);
    return new SkipPointers(count + 1, next);
  }

  /**
   * The pointer to follow to the commit that contains a version: the oldest whose commit does not
   * end before it.
   *
   * @return -1 if every commit ends before the version
   */
  public int towardsVersion(long version) {
    int best = -1;
    for (int pointer = 0; pointer < size() && lastVersion(pointer) >= version; pointer++) {
      best = pointer;
    }
    return best;
  }

  /**
   * The newest pointer whose commit is not after a sequence.
   *
   * @return -1 if there is none
   */
  public int notAfterSequence(long sequence) {
    for (int pointer = 0; pointer < size(); pointer++) {
      if (sequence(pointer) <= sequence) {
        return pointer;
      }
    }
    return -1;
  }

  /**
   * The pointer to follow to the {@code number}th commit, from 1: the oldest that is not before it.
   *
   * @return -1 if there are fewer commits
   */
  public int towardsNumber(long number) {
    long[] sizes = treeSizes(count);
    long pointerNumber = count;
    int best = -1;
    for (int pointer = 0; pointer < sizes.length && pointerNumber >= number; pointer++) {
      best = pointer;
      pointerNumber -= sizes[pointer];
    }
    return best;
  }

  /**
   * A tree of consecutive commits, with the newest as its root. If it has more than one commit, the
   * first two trees of the root's own skip pointers are its halves.
   *
   * @param number of the root, from 1
   * @param sequence of the root in the stream
   * @param lastVersion of the root
   * @param versionBefore last version of the commit before the tree's oldest; 0: there is none
   */
  public record Tree(long number, long size, long sequence, long lastVersion, long versionBefore) {}

  /** The trees, newest first. */
  public List<Tree> trees() {
    long[] sizes = treeSizes(count);
    List<Tree> trees = new ArrayList<>(sizes.length);
    long number = count;
    for (int pointer = 0; pointer < sizes.length; pointer++) {
      long before = pointer + 1 < sizes.length ? lastVersion(pointer + 1) : 0;
      trees.add(new Tree(number, sizes[pointer], sequence(pointer), lastVersion(pointer), before));
      number -= sizes[pointer];
    }
    return trees;
  }

  /** Newest first. Called for each save, so only the result is allocated. */
  private static long[] treeSizes(long count) {
    long[] sizes = new long[trees(count)];
    long left = count;
    long size = largestTree(count);
    for (int next = sizes.length - 1; next >= 0; size >>= 1) {
      for (; size <= left && next >= 0; left -= size) {
        sizes[next--] = size;
      }
    }
    return sizes;
  }

  /** The number of pointers over {@code count} commits. */
  public static int trees(long count) {
    int trees = 0;
    long left = count;
    for (long size = largestTree(count); left > 0; size >>= 1) {
      for (; size <= left; left -= size) {
        trees++;
      }
    }
    return trees;
  }

  private static long largestTree(long count) {
    return Long.highestOneBit(count + 1) - 1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SkipPointers skipPointers
        && skipPointers.count == count
        && Arrays.equals(skipPointers.pointers, pointers);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(pointers) * 31 + Long.hashCode(count);
  }

  @Override
  public String toString() {
    return count + Arrays.toString(pointers);
  }
}
