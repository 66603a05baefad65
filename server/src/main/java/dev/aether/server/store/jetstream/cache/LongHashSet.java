package dev.aether.server.store.jetstream.cache;

/**
 * A set of 64-bit hashes to which elements can only be added: an open-addressing table with 8 bytes
 * per slot.
 */
final class LongHashSet {
  private static final int INITIAL_SLOTS = 4;

  /** 0 marks a free slot. */
  private long[] slots = new long[INITIAL_SLOTS];

  private int size;

  void add(long hash) {
    // The load factor is at most 3/4.
    if (4 * (size + 1L) > 3L * slots.length) {
      long[] old = slots;
      slots = new long[2 * old.length];
      size = 0;
      for (long known : old) {
        if (known != 0) {
          put(known);
        }
      }
    }
    put(notZero(hash));
  }

  private void put(long hash) {
    int slot = slot(hash);
    if (slots[slot] == 0) {
      slots[slot] = hash;
      size++;
    }
  }

  boolean contains(long hash) {
    return slots[slot(notZero(hash))] != 0;
  }

  /** The slot of a hash, or the free slot where it would be stored. */
  private int slot(long hash) {
    int mask = slots.length - 1;
    int slot = (int) (hash ^ hash >>> 32) & mask;
    while (slots[slot] != 0 && slots[slot] != hash) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private static long notZero(long hash) {
    return hash == 0 ? 1 : hash;
  }

  long bytes() {
    return (long) slots.length * Long.BYTES;
  }
}
