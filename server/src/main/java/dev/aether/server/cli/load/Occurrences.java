package dev.aether.server.cli.load;

/**
 * Counts the occurrences of keys, in 12 bytes per slot: this is all that an import has to remember
 * of every line. Two texts with the same 64-bit key would be counted together, but their numbers
 * would still be different, and the same in each run, which is sufficient. Used by one thread.
 */
final class Occurrences {
  /** The most different keys; the table then takes 768 MiB. */
  static final int MAX_KEYS = 50_000_000;

  private static final int FIRST_SLOTS = 1 << 12;

  private long[] keys = new long[FIRST_SLOTS];
  private int[] counts = new int[FIRST_SLOTS];
  private int used;

  /**
   * Counts a key. Returns its number of occurrences, including this one.
   *
   * @throws IllegalStateException if there are too many different keys
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

  /** The key's slot, or the free slot for it. The keys are hashes, so their low bits are used. */
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
