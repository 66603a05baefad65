package dev.aether.server.cli.load;

/**
 * Counts how often each key came, in 12 bytes a slot: the one thing an import must remember of
 * every line. Two texts with the same 64-bit key would count as one; the numbers they get are still
 * different and the same in each run, which is all that is asked of them. Used by one thread.
 */
final class Occurrences {
  /** At most 50 million different keys; the table takes 768 MiB then. */
  static final int MAX_KEYS = 50_000_000;

  private static final int FIRST_SLOTS = 1 << 12;

  private long[] keys = new long[FIRST_SLOTS];
  private int[] counts = new int[FIRST_SLOTS];
  private int used;

  /**
   * How often the key came, this time included.
   *
   * @throws IllegalStateException when there are more different keys than the bound
   */
  int next(long key) {
    if ((used + 1) * 4L > keys.length * 3L) {
      grow();
    }
    int slot = slot(key);
    if (counts[slot] == 0) {
      if (used == MAX_KEYS) {
        throw new IllegalStateException("more than " + MAX_KEYS + " different lines");
      }
      used++;
      keys[slot] = key;
    }
    return ++counts[slot];
  }

  /** The key's slot, or the free one where it belongs. The keys are hashes: their bits serve. */
  private int slot(long key) {
    int mask = keys.length - 1;
    int slot = (int) key & mask;
    while (counts[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldCounts = counts;
    keys = new long[oldKeys.length * 2];
    counts = new int[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldCounts[i] != 0) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        counts[slot] = oldCounts[i];
      }
    }
  }
}
