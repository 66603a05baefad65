package dev.aether.server.store.jetstream.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The sequences and last versions of consecutive commits, as differences of variable length: about
 * 4 bytes for a commit. Both grow. Keeps the newest commits only. Not thread-safe: guarded by the
 * {@link KnownSequences} that contains it.
 */
final class SequenceList {
  /** More are not read with one burst. */
  static final int MAX_COMMITS = 512;

  private static final int MAX_VARINT = 10;
  private static final int BITS = 7;
  private static final int MORE = 1 << BITS;

  private long firstNumber;
  private long versionBefore;

  private int count;
  private long lastSequence;
  private long lastVersion;
  private int largest;

  /** The size of all bodies together; an estimate once older commits were dropped. */
  private long totalBytes;

  private byte[] differences = new byte[16];
  private int used;

  /**
   * @param firstNumber the number of the first commit to be added, from 1
   * @param versionBefore the last version before it
   */
  SequenceList(long firstNumber, long versionBefore) {
    this.firstNumber = firstNumber;
    this.versionBefore = versionBefore;
    lastVersion = versionBefore;
  }

  long firstNumber() {
    return firstNumber;
  }

  long lastNumber() {
    return firstNumber + count - 1;
  }

  long lastSequence() {
    return lastSequence;
  }

  long lastVersion() {
    return lastVersion;
  }

  long bytes() {
    return differences.length;
  }

  /** Adds the next commit. */
  void add(long sequence, long version, int bytes) {
    if (count == MAX_COMMITS) {
      dropOlderHalf();
    }
    if (used + 2 * MAX_VARINT > differences.length) {
      differences = Arrays.copyOf(differences, Math.max(used + 2 * MAX_VARINT, used + used / 4));
    }
    put(count == 0 ? sequence : sequence - lastSequence);
    put(version - lastVersion);
    lastSequence = sequence;
    lastVersion = version;
    largest = Math.max(largest, bytes);
    totalBytes += bytes;
    count++;
  }

  private void put(long value) {
    long left = value;
    for (; left >>> BITS != 0; left >>>= BITS) {
      differences[used++] = (byte) (left | MORE);
    }
    differences[used++] = (byte) left;
  }

  private void dropOlderHalf() {
    KnownSequences.Known known = known();
    int dropped = known.size() / 2;
    firstNumber += dropped;
    versionBefore = known.lastVersions().get(dropped - 1);
    lastVersion = versionBefore;
    totalBytes /= 2;
    count = 0;
    used = 0;
    for (int i = dropped; i < known.size(); i++) {
      add(known.sequences().get(i), known.lastVersions().get(i), 0);
    }
  }

  KnownSequences.Known known() {
    List<Long> sequences = new ArrayList<>(count);
    List<Long> versions = new ArrayList<>(count);
    long sequence = 0;
    long version = versionBefore;
    int at = 0;
    for (int i = 0; i < 2 * count; i++) {
      long value = 0;
      int shift = 0;
      for (; (differences[at] & MORE) != 0; shift += BITS) {
        value |= (long) (differences[at++] & (MORE - 1)) << shift;
      }
      value |= (long) differences[at++] << shift;
      if (i % 2 == 0) {
        sequence += value;
        sequences.add(sequence);
      } else {
        version += value;
        versions.add(version);
      }
    }
    return new KnownSequences.Known(
        firstNumber, versionBefore, sequences, versions, largest, totalBytes);
  }
}
