package dev.aether.server.store.jetstream.cache;

import dev.aether.server.store.jetstream.format.SkipPointers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A head and its subject in a single array. A node remembers a million of them, and as objects they
 * would take twice the memory. Two are equal if their subjects are equal, so each can be its own
 * key in a map. Changed only under the lock of the cache that contains it.
 */
final class PackedHead implements Comparable<PackedHead> {
  private static final int LENGTH_BYTES = 2;
  private static final int LONGEST_VARINT = 10;

  /**
   * Sequence, version, events, hash of the commit id, previous sequence, number of skip pointers.
   */
  private static final int NUMBERS = 6;

  /** The subject's length, the subject, the head's numbers, then the skip pointers. */
  private byte[] bytes;

  private PackedHead(byte[] bytes) {
    this.bytes = bytes;
  }

  static PackedHead of(String subject, ActorHead head) {
    byte[] name = subject.getBytes(StandardCharsets.US_ASCII);
    SkipPointers skipPointers = head.through();
    int longest = LENGTH_BYTES + name.length + LONGEST_VARINT * (NUMBERS + 2 * skipPointers.size());
    Writer writer = new Writer(new byte[longest]);
    writer.name(name);
    writer.number(head.sequence());
    writer.number(head.version());
    writer.number(head.events());
    writer.number(head.commitIdHash());
    writer.number(head.sequence() - head.previous());
    writer.number(skipPointers.count());
    long sequence = head.sequence();
    long version = head.version();
    for (int pointer = 0; pointer < skipPointers.size(); pointer++) {
      // They decrease from pointer to pointer, so the differences are small.
      writer.number(sequence - skipPointers.sequence(pointer));
      writer.number(version - skipPointers.lastVersion(pointer));
      sequence = skipPointers.sequence(pointer);
      version = skipPointers.lastVersion(pointer);
    }
    return new PackedHead(writer.written());
  }

  ActorHead head() {
    Reader reader = afterSubject();
    long sequence = reader.number();
    long version = reader.number();
    int events = (int) reader.number();
    long commitIdHash = reader.number();
    long previous = sequence - reader.number();
    long count = reader.number();
    long[] pointers = new long[2 * SkipPointers.trees(count)];
    long stepSequence = sequence;
    long stepVersion = version;
    for (int i = 0; i < pointers.length; i += 2) {
      stepSequence -= reader.number();
      stepVersion -= reader.number();
      pointers[i] = stepSequence;
      pointers[i + 1] = stepVersion;
    }
    return new ActorHead(
        version, sequence, SkipPointers.of(count, pointers), events, commitIdHash, previous);
  }

  /**
   * Takes over the head of another instance with the same subject, unless that head is older. At
   * the same sequence there may be another commit if the log was restored.
   */
  void replaceUnlessNewerThan(PackedHead other) {
    if (afterSubject().number() <= other.afterSubject().number()) {
      bytes = other.bytes;
    }
  }

  private Reader afterSubject() {
    return new Reader(bytes, subjectEnd());
  }

  private int subjectEnd() {
    return LENGTH_BYTES + ((bytes[0] & 0xff) << Byte.SIZE | bytes[1] & 0xff);
  }

  @Override
  public int compareTo(PackedHead other) {
    return Arrays.compare(bytes, 0, subjectEnd(), other.bytes, 0, other.subjectEnd());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PackedHead head && compareTo(head) == 0;
  }

  @Override
  public int hashCode() {
    int hash = 0;
    int end = subjectEnd();
    for (int i = LENGTH_BYTES; i < end; i++) {
      hash = 31 * hash + bytes[i];
    }
    return hash;
  }

  /** Writes numbers as varints: seven bits per byte, lowest first. */
  private static final class Writer {
    private final byte[] buffer;
    private int end;

    Writer(byte[] buffer) {
      this.buffer = buffer;
    }

    void name(byte[] name) {
      buffer[0] = (byte) (name.length >> Byte.SIZE);
      buffer[1] = (byte) name.length;
      System.arraycopy(name, 0, buffer, LENGTH_BYTES, name.length);
      end = LENGTH_BYTES + name.length;
    }

    void number(long value) {
      long left = value;
      for (; (left & ~0x7fL) != 0; left >>>= 7) {
        buffer[end++] = (byte) (left & 0x7f | 0x80);
      }
      buffer[end++] = (byte) left;
    }

    byte[] written() {
      return Arrays.copyOf(buffer, end);
    }
  }

  private static final class Reader {
    private final byte[] bytes;
    private int next;

    Reader(byte[] bytes, int from) {
      this.bytes = bytes;
      this.next = from;
    }

    long number() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte b = bytes[next++];
        value |= (b & 0x7fL) << shift;
        if (b >= 0) {
          return value;
        }
      }
    }
  }
}
