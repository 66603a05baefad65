package dev.aether.server.store.jetstream.wire;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.ByteToMessageDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.CorruptedFrameException;
import io.grpc.netty.shaded.io.netty.handler.timeout.IdleStateEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Decodes what NATS sends on a connection with one subscription, for responses whose subject ends
 * with the number of the request. Anything else ends the connection.
 */
final class NatsDecoder extends ByteToMessageDecoder {
  /** INFO has the addresses of all servers of a cluster. */
  private static final int MAX_LINE = 1 << 20;

  /** Longer responses are skipped: they would hold up the other connections of the thread. */
  static final int MAX_RESPONSE = 256 * 1024;

  /** Far above what NATS can send in one message. */
  private static final int MAX_MESSAGE = 1 << 30;

  private static final int LINE_END_BYTES = 2;
  private static final String NO_RESPONDERS = "NATS/1.0 503";

  /** The number of the only subscription. */
  static final char SUBSCRIPTION = '1';

  /** Long.MAX_VALUE has 19. */
  private static final int MAX_DIGITS = 18;

  private final byte[] inbox;
  private final Listener listener;

  /** How much of the next line has come, without its end. */
  private int searched;

  /** How much of a response that is too long is still to come. */
  private int skipping;

  /** Nothing is decoded after something that NATS never sends. */
  private boolean isBroken;

  /** Learns what NATS sent. */
  interface Listener {
    void onInfo(String json);

    void onPing();

    void onPong();

    /** NATS has sent nothing for a while. */
    void onSilence();

    /**
     * The response to a request.
     *
     * @param head the headers, beginning with the version of the protocol; empty if there are none
     */
    void onResponse(long request, byte[] head, byte[] body);

    /** The response to a request exceeds {@link #MAX_RESPONSE}, so it is skipped. */
    void onTooLong(long request);

    /** Nobody listens to the subject of a request. */
    void onNoResponders(long request);

    /** NATS reports an error, and closes the connection if it is a serious one. */
    void onError(String text);

    /** The connection cannot be used any more. */
    void onBroken(Throwable why);
  }

  /**
   * @param inbox what the subjects of responses begin with
   */
  NatsDecoder(String inbox, Listener listener) {
    this.inbox = inbox.getBytes(StandardCharsets.US_ASCII);
    this.listener = listener;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    try {
      if (!isBroken) {
        decode(in);
      }
    } catch (RuntimeException | Error e) {
      isBroken = true;
      throw e;
    } finally {
      if (isBroken) {
        in.skipBytes(in.readableBytes());
      }
    }
  }

  private void decode(ByteBuf in) {
    while (in.isReadable()) {
      if (skipping > 0) {
        int skipped = Math.min(skipping, in.readableBytes());
        in.skipBytes(skipped);
        skipping -= skipped;
        continue;
      }
      int start = in.readerIndex();
      int end = in.indexOf(start + searched, in.writerIndex(), (byte) '\n');
      if (end < 0) {
        searched = in.readableBytes();
        if (searched > MAX_LINE) {
          throw new CorruptedFrameException("a line without an end");
        }
        return;
      }
      searched = 0;
      if (end == start || in.getByte(end - 1) != '\r') {
        throw new CorruptedFrameException("a line does not end with CR LF");
      }
      byte first = in.getByte(start);
      if (first == 'M' || first == 'H') {
        if (!message(in, start, end, first == 'H')) {
          return;
        }
      } else {
        in.readerIndex(end + 1);
        control(in.toString(start, end - 1 - start, StandardCharsets.UTF_8));
      }
    }
  }

  private void control(String line) {
    if (line.equals("PING")) {
      listener.onPing();
    } else if (line.equals("PONG")) {
      listener.onPong();
    } else if (line.startsWith("INFO ")) {
      listener.onInfo(line.substring("INFO ".length()));
    } else if (line.startsWith("-ERR ")) {
      listener.onError(line.substring("-ERR ".length()).strip().replaceAll("^'|'$", ""));
    } else if (!line.equals("+OK")) {
      throw new CorruptedFrameException("an unknown operation");
    }
  }

  /**
   * Decodes {@code MSG <subject> <sid> <bytes>}, or {@code HMSG <subject> <sid> <header bytes>
   * <bytes>}, from its start to the end of its line, and what follows. Returns false if that is not
   * complete.
   */
  private boolean message(ByteBuf in, int start, int end, boolean hasHeaders) {
    int lineEnd = end - 1;
    int number = afterInbox(in, start + (hasHeaders ? "HMSG " : "MSG ").length(), lineEnd);
    int afterNumber = in.indexOf(number, lineEnd, (byte) ' ');
    long request = number(in, number, afterNumber);
    int sizes = afterNumber + " 1 ".length();
    if (sizes > lineEnd
        || in.getByte(afterNumber + 1) != SUBSCRIPTION
        || in.getByte(afterNumber + 2) != ' ') {
      throw new CorruptedFrameException("a message for another subscription");
    }
    int headerBytes = 0;
    if (hasHeaders) {
      int afterHeaderBytes = in.indexOf(sizes, lineEnd, (byte) ' ');
      headerBytes = size(in, sizes, afterHeaderBytes);
      sizes = afterHeaderBytes + 1;
    }
    int total = size(in, sizes, lineEnd);
    if (headerBytes > total) {
      throw new CorruptedFrameException("more headers than message");
    }
    int body = end + 1;
    if (total > MAX_RESPONSE) {
      in.readerIndex(body);
      skipping = total + LINE_END_BYTES;
      listener.onTooLong(request);
      return true;
    }
    if (in.writerIndex() - body < total + LINE_END_BYTES) {
      return false;
    }
    if (in.getByte(body + total) != '\r' || in.getByte(body + total + 1) != '\n') {
      throw new CorruptedFrameException("a message is longer than it says");
    }
    in.readerIndex(body + total + LINE_END_BYTES);
    if (headerBytes >= NO_RESPONDERS.length()
        && in.toString(body, NO_RESPONDERS.length(), StandardCharsets.US_ASCII)
            .equals(NO_RESPONDERS)) {
      listener.onNoResponders(request);
    } else {
      listener.onResponse(
          request,
          bytes(in, body, headerBytes),
          bytes(in, body + headerBytes, total - headerBytes));
    }
    return true;
  }

  private static byte[] bytes(ByteBuf in, int from, int length) {
    byte[] bytes = new byte[length];
    in.getBytes(from, bytes);
    return bytes;
  }

  private int afterInbox(ByteBuf in, int subject, int lineEnd) {
    int after = subject + inbox.length;
    if (after >= lineEnd) {
      throw new CorruptedFrameException("a message without a number");
    }
    for (int i = 0; i < inbox.length; i++) {
      if (in.getByte(subject + i) != inbox[i]) {
        throw new CorruptedFrameException("a message for another subject");
      }
    }
    return after;
  }

  private static int size(ByteBuf in, int from, int to) {
    long size = number(in, from, to);
    if (size > MAX_MESSAGE) {
      throw new CorruptedFrameException("a message of " + size + " bytes");
    }
    return (int) size;
  }

  private static long number(ByteBuf in, int from, int to) {
    if (from <= 0 || to <= from || to - from > MAX_DIGITS) {
      throw new CorruptedFrameException("a message without a number");
    }
    long number = 0;
    for (int at = from; at < to; at++) {
      int digit = in.getByte(at) - '0';
      if (digit < 0 || digit > 9) {
        throw new CorruptedFrameException("not a number");
      }
      number = number * 10 + digit;
    }
    return number;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event instanceof IdleStateEvent) {
      listener.onSilence();
    } else {
      super.userEventTriggered(context, event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    listener.onBroken(cause);
  }
}
