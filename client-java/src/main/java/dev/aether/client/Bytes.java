package dev.aether.client;

import com.google.protobuf.ByteString;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * An immutable sequence of bytes, such as the data of an event.
 *
 * <p>Received data is kept as it came off the wire and copied only by {@link #toByteArray()}. Data
 * to be sent is copied once by {@link #copyOf(byte[])}, or not at all by {@link #wrap(byte[])}. Two
 * instances are equal if their bytes are equal. Safe for use by many threads.
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

  /** Copies the array. */
  public static Bytes copyOf(byte[] array) {
    return new Bytes(ByteString.copyFrom(array));
  }

  /** Wraps the array without a copy. The array must not be changed afterwards. */
  public static Bytes wrap(byte[] array) {
    return new Bytes(com.google.protobuf.UnsafeByteOperations.unsafeWrap(array));
  }

  /** Encodes the text in UTF-8. */
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

  /** Returns a new array with these bytes. */
  public byte[] toByteArray() {
    return bytes.toByteArray();
  }

  /** Decodes the bytes as UTF-8; invalid sequences become the replacement character. */
  public String toUtf8() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Returns a new read-only buffer over the bytes, without a copy. */
  public ByteBuffer asReadOnlyByteBuffer() {
    return bytes.asReadOnlyByteBuffer();
  }

  /** Returns a stream over the bytes, without a copy. */
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

  /** Shows the size, not the content, which may be large or confidential. */
  @Override
  public String toString() {
    return "Bytes[" + bytes.size() + "]";
  }
}
