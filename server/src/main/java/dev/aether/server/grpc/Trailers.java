package dev.aether.server.grpc;

import com.google.rpc.Status;

/**
 * How much of an error fits into HTTP/2 trailers. A proxy that has no room for them answers 502
 * instead, and the client takes a refusal for a lost answer. nginx has the least room by default: 4
 * KiB for all headers of an answer and the frames before them (docs/proxies.md has the figures).
 */
final class Trailers {
  /**
   * Of grpc-status-details-bin and grpc-message together, as they are written on the wire. Leaves a
   * quarter of nginx's buffer to frames and to headers that a proxy or an interceptor adds.
   */
  static final int MAX_BYTES = 3 * 1024;

  /** Of grpc-message: enough for the longest name of an actor, all of it percent-encoded. */
  static final int MESSAGE_BYTES = 900;

  /** Of any other text that is not bounded by a rule, in bytes of UTF-8. */
  static final int TEXT_BYTES = 256;

  private static final char ELLIPSIS = '…';

  private Trailers() {}

  static boolean fit(Status status) {
    return bytes(status) <= MAX_BYTES;
  }

  /** What gRPC makes of a status: base64 without padding, and the message once more beside it. */
  static int bytes(Status status) {
    return (status.getSerializedSize() * 4 + 2) / 3 + percentEncodedBytes(status.getMessage());
  }

  /** The message, or as much of it as is sent. */
  static String message(String text) {
    return percentEncodedBytes(text) <= MESSAGE_BYTES
        ? text
        : beginning(text, MESSAGE_BYTES - percentEncodedBytes(ELLIPSIS), true) + ELLIPSIS;
  }

  /** A text beside the message, or as much of it as is sent. */
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

  /** As gRPC for Java writes it, which also encodes the tilde. */
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
