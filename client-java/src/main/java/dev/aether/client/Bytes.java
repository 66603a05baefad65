package dev.aether.client;

import com.google.protobuf.ByteString;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * An immutable sequence of bytes: what an event carries.
 *
 * <p>Received data is held as it came off the wire and copied only by {@link #toByteArray()}. Data
 * on its way out is copied once by {@link #copyOf(byte[])}, or not at all by {@link #wrap(byte[])}.
 * Two are equal if their bytes are. Safe for use by many threads.
 */
public final class Bytes {
  private static final Bytes EMPTY = new Bytes(ByteString.EMPTY);

  private final ByteString bytes;

  private Bytes(ByteString bytes) {
    this.bytes = bytes;
  }

  /** No bytes. */
  public static Bytes empty() {
    return EMPTY;
  }

  /** A copy of the array as it is now. */
  public static Bytes copyOf(byte[] array) {
    return new Bytes(ByteString.copyFrom(array));
  }

  /** The array itself, without a copy: from now on nobody may change it. */
  public static Bytes wrap(byte[] array) {
    return new Bytes(com.google.protobuf.UnsafeByteOperations.unsafeWrap(array));
  }

  /** The text in UTF-8. */
  public static Bytes utf8(String text) {
    return new Bytes(ByteString.copyFromUtf8(text));
  }

  /** Number of bytes. */
  public int size() {
    return bytes.size();
  }

  /** Whether there are no bytes. */
  public boolean isEmpty() {
    return bytes.isEmpty();
  }

  /** A new array with these bytes, the caller's to change. */
  public byte[] toByteArray() {
    return bytes.toByteArray();
  }

  /** The bytes as UTF-8 text; what is not UTF-8 becomes the replacement character. */
  public String toUtf8() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** A read-only view, without a copy. Each call gives a buffer of its own. */
  public ByteBuffer asReadOnlyByteBuffer() {
    return bytes.asReadOnlyByteBuffer();
  }

  /** A stream that reads the bytes, without a copy. */
  public InputStream newInputStream() {
    return bytes.newInput();
  }

  public static Bytes of(ByteString bytes) {
    return bytes.isEmpty() ? EMPTY : new Bytes(bytes);
  }

  public ByteString toByteString() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && bytes.equals(that.bytes);
  }

  @Override
  public int hashCode() {
    return bytes.hashCode();
  }

  /** The size; not the content, which may be large or secret. */
  @Override
  public String toString() {
    return "Bytes[" + bytes.size() + "]";
  }
}
