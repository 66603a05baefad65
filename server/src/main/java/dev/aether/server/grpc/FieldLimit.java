package dev.aether.server.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.aether.v1.SubscribeRequest;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Counts the fields of a request before it is decoded. An empty event has 2 bytes, but takes 65 in
 * memory, so a request of 16 MiB could take half a gigabyte.
 */
final class FieldLimit {
  /** More than the largest save has: 1,000 events with 64 pairs of metadata, 3 fields each. */
  private static final int MAX_FIELDS = 250_000;

  /** The positions of a subscription in 100,000 namespaces, 11 fields each. */
  private static final int MAX_FIELDS_OF_SUBSCRIBE = 1_200_000;

  /** A smaller request takes little memory, whatever it has. */
  private static final int SMALL_BYTES = 64 * 1024;

  /** The same limit as protobuf's. */
  private static final int MAX_DEPTH = 100;

  private final int max;
  private int fields;

  private FieldLimit(int max) {
    this.max = max;
  }

  /**
   * Returns a stream with the same bytes, which are a message of a type.
   *
   * @throws InvalidProtocolBufferException if it has too many fields, or is none
   */
  static InputStream checked(InputStream request, Descriptor type) throws IOException {
    if (request instanceof KnownLength && request.available() <= SMALL_BYTES) {
      return request;
    }
    byte[] bytes;
    if (request instanceof KnownLength) {
      bytes = new byte[request.available()];
      int read = request.readNBytes(bytes, 0, bytes.length);
      if (read < bytes.length) {
        throw new EOFException("the request ends early");
      }
    } else {
      bytes = request.readAllBytes();
    }
    if (bytes.length > SMALL_BYTES) {
      boolean isSubscribe = type.equals(SubscribeRequest.getDescriptor());
      new FieldLimit(isSubscribe ? MAX_FIELDS_OF_SUBSCRIBE : MAX_FIELDS)
          .count(CodedInputStream.newInstance(bytes), type, 0);
    }
    return new KnownBytes(bytes);
  }

  /** A message of known length is decoded with fewer copies. */
  private static final class KnownBytes extends ByteArrayInputStream implements KnownLength {
    KnownBytes(byte[] bytes) {
      super(bytes);
    }
  }

  private void count(CodedInputStream in, @Nullable Descriptor type, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new InvalidProtocolBufferException("its messages are nested too deeply");
    }
    for (int tag = in.readTag();
        tag != 0 && WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_END_GROUP;
        tag = in.readTag()) {
      if (++fields > max) {
        throw new InvalidProtocolBufferException("it has more than " + max + " fields");
      }
      switch (WireFormat.getTagWireType(tag)) {
        case WireFormat.WIRETYPE_START_GROUP -> count(in, null, depth + 1);
        case WireFormat.WIRETYPE_LENGTH_DELIMITED ->
            countDelimited(in, messageType(type, WireFormat.getTagFieldNumber(tag)), depth);
        default -> {
          boolean unused = in.skipField(tag);
        }
      }
    }
  }

  private void countDelimited(CodedInputStream in, @Nullable Descriptor type, int depth)
      throws IOException {
    int length = in.readRawVarint32();
    if (type == null) {
      in.skipRawBytes(length);
    } else {
      int outer = in.pushLimit(length);
      count(in, type, depth + 1);
      in.popLimit(outer);
    }
  }

  /** The type of a field; null if it is not a message or not known. */
  private static @Nullable Descriptor messageType(@Nullable Descriptor type, int number) {
    FieldDescriptor field = type == null ? null : type.findFieldByNumber(number);
    return field != null && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        ? field.getMessageType()
        : null;
  }
}
