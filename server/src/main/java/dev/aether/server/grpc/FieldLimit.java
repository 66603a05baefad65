package dev.aether.server.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
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

  /** A smaller request takes little memory, whatever it has. */
  private static final int SMALL_BYTES = 64 * 1024;

  /** The same limit as protobuf's. */
  private static final int MAX_DEPTH = 100;

  private int fields;

  private FieldLimit() {}

  /**
   * Returns a stream with the same bytes, which are a message of a type.
   *
   * @throws InvalidProtocolBufferException if it has too many fields, or is none
   */
  static InputStream checked(InputStream request, Descriptor type) throws IOException {
    if (request instanceof KnownLength && request.available() <= SMALL_BYTES) {
      return request;
    }
    byte[] bytes = request.readAllBytes();
    if (bytes.length > SMALL_BYTES) {
      new FieldLimit().count(CodedInputStream.newInstance(bytes), type, 0);
    }
    return new ByteArrayInputStream(bytes);
  }

  private void count(CodedInputStream in, @Nullable Descriptor type, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new InvalidProtocolBufferException("its messages are nested too deeply");
    }
    for (int tag = in.readTag();
        tag != 0 && WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_END_GROUP;
        tag = in.readTag()) {
      if (++fields > MAX_FIELDS) {
        throw new InvalidProtocolBufferException("it has more than " + MAX_FIELDS + " fields");
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
