package dev.aether.server.store.jetstream.cache;

/** A set of 64-bit hashes that only grows: an open-addressed table, 8 bytes a place. */
final class LongHashSet {
  private static final int FIRST_PLACES = 4;

  /** 0: a free place. */
  private long[] places = new long[FIRST_PLACES];

  private int size;

  void add(long hash) {
    // Three quarters full at most.
    if (4 * (size + 1L) > 3L * places.length) {
      long[] old = places;
      places = new long[2 * old.length];
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
    int place = place(hash);
    if (places[place] == 0) {
      places[place] = hash;
      size++;
    }
  }

  boolean has(long hash) {
    return places[place(notZero(hash))] != 0;
  }

  /** Where a hash is, or would be. */
  private int place(long hash) {
    int mask = places.length - 1;
    int place = (int) (hash ^ hash >>> 32) & mask;
    while (places[place] != 0 && places[place] != hash) {
      place = place + 1 & mask;
    }
    return place;
  }

  private static long notZero(long hash) {
    return hash == 0 ? 1 : hash;
  }

  long bytes() {
    return (long) places.length * Long.BYTES;
  }
}
