package dev.aether.server.grpc.errors;

import com.google.rpc.Status;

/**
 * How much of an error fits into HTTP/2 trailers. A proxy whose buffer is too small for them
 * answers 502 instead, and the client takes a refusal for a lost answer. nginx has the smallest
 * buffer by default: 4 KiB for all headers of a response and the frames before them (see
 * docs/proxies.md).
 */
public final class Trailers {
  /**
   * Limit of grpc-status-details-bin and grpc-message together, as encoded on the wire. Leaves a
   * quarter of nginx's buffer for frames and for headers that a proxy or an interceptor adds.
   */
  public static final int MAX_BYTES = 3 * 1024;

  /** Limit of grpc-message: enough for the longest actor id with every byte percent-encoded. */
  static final int MESSAGE_BYTES = 900;

  /** Limit of any other text whose length no rule limits, in bytes of UTF-8. */
  static final int TEXT_BYTES = 256;

  private static final char ELLIPSIS = '…';

  private Trailers() {}

  static boolean fit(Status status) {
    return bytes(status) <= MAX_BYTES;
  }

  /**
   * The encoded size of a status: base64 without padding, plus the message, which is sent again in
   * grpc-message.
   */
  static int bytes(Status status) {
    return (status.getSerializedSize() * 4 + 2) / 3 + percentEncodedBytes(status.getMessage());
  }

  /** The message, shortened to its limit. */
  static String message(String text) {
    return percentEncodedBytes(text) <= MESSAGE_BYTES
        ? text
        : beginning(text, MESSAGE_BYTES - percentEncodedBytes(ELLIPSIS), true) + ELLIPSIS;
  }

  /** A text of the details, shortened to its limit. */
  static String text(String text) {
    return text.codePoints().map(Trailers::utf8Bytes).sum() <= TEXT_BYTES
        ? text
        : beginning(text, TEXT_BYTES - utf8Bytes(ELLIPSIS), false) + ELLIPSIS;
  }

  private static String beginning(String text, int bytes, boolean percentEncoded) {
    int left = bytes;
    int end = 0;
    while (end < text.length()) {
      int next = text.codePointAt(end);
      left -= percentEncoded ? percentEncodedBytes(next) : utf8Bytes(next);
      if (left < 0) {
        break;
      }
      end += Character.charCount(next);
    }
    return text.substring(0, end);
  }

  private static int percentEncodedBytes(String text) {
    return text.codePoints().map(Trailers::percentEncodedBytes).sum();
  }

  /** The length as gRPC for Java encodes it, which also encodes the tilde. */
  private static int percentEncodedBytes(int codePoint) {
    return codePoint >= ' ' && codePoint < '~' && codePoint != '%' ? 1 : 3 * utf8Bytes(codePoint);
  }

  private static int utf8Bytes(int codePoint) {
    if (codePoint < 0x80) {
      return 1;
    }
    return codePoint < 0x800 ? 2 : Character.isSupplementaryCodePoint(codePoint) ? 4 : 3;
  }
}
