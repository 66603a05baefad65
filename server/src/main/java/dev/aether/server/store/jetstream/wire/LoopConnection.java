package dev.aether.server.store.jetstream.wire;

import dev.aether.server.concurrent.EventLoops;
import io.grpc.netty.shaded.io.netty.bootstrap.Bootstrap;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.grpc.netty.shaded.io.netty.channel.WriteBufferWaterMark;
import io.grpc.netty.shaded.io.netty.handler.timeout.IdleStateHandler;
import io.nats.client.Connection;
import io.nats.client.api.ServerInfo;
import io.nats.client.impl.Headers;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to NATS in an event loop, from its beginning to its end. What was sent gets no
 * response after that, so its outcome is unknown. All methods run on the thread of the loop.
 *
 * <p>Messages of one turn of the loop leave together.
 */
final class LoopConnection implements Outlet, NatsDecoder.Listener {
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);
  private static final Duration LOG_IN_WITHIN = Duration.ofSeconds(4);

  /** If NATS is silent for so long, it is asked whether it is there. */
  private static final Duration PING_AFTER = Duration.ofSeconds(5);

  /**
   * If more than the second is not yet sent, it takes no more until that has shrunk to the first.
   */
  private static final WriteBufferWaterMark UNSENT_BYTES =
      new WriteBufferWaterMark(4 << 20, 16 << 20);

  /** How much is read before the other connections of the thread are served. */
  private static final int READ_BYTES = 64 * 1024;

  /** A message is larger by at most this than its subject, headers and body. */
  private static final int FRAME_BYTES = 128;

  private static final int FIRST_BUFFER_BYTES = 8 * 1024;
  private static final int FLUSHED_BYTES = 256 * 1024;
  private static final int MAX_CHAR_BYTES = 3;
  private static final String LINE_END = "\r\n";

  private enum State {
    CONNECTING,
    LOGGING_IN,
    LOGGED_IN,
    READY,
    CLOSED
  }

  private final EventLoop loop;
  private final LoopConnections.Server server;
  private final Owner owner;
  private final String inbox;
  private final Channel channel;
  private State state = State.CONNECTING;

  /** How often in a row NATS was silent. */
  private int silences;

  /** Messages of this turn of the loop; null if there are none. */
  private @Nullable ByteBuf unsent;

  /**
   * The parts of a node that a connection works for.
   *
   * @param pending gets the responses
   * @param name tells the connections of the loops apart
   * @param maxSilences the connection ends if NATS was silent so often in a row, for 5 s each
   */
  record Owner(
      Connection jnats, PendingRequests pending, String name, int maxSilences, Life life) {}

  /** Learns when the connection can be used, and when it has ended. */
  interface Life {
    void began();

    /**
     * @param isLoss whether it ended although its owner did not close it
     */
    void ended(boolean wasReady, boolean isLoss, String why);
  }

  /** Begins to connect. */
  LoopConnection(
      EventLoop loop, LoopConnections.Server server, InetSocketAddress address, Owner owner) {
    this.loop = loop;
    this.server = server;
    this.owner = owner;
    this.inbox = owner.pending().inbox() + owner.name();
    ChannelFuture attempt =
        new Bootstrap()
            .group(loop)
            .channel(EventLoops.socketType())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_WITHIN.toMillis())
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT_BYTES)
            .option(ChannelOption.RCVBUF_ALLOCATOR, EventLoops.readingAtMost(READ_BYTES))
            .handler(pipeline())
            .connect(address);
    channel = attempt.channel();
    attempt.addListener(
        connected -> {
          String why = String.valueOf(connected.cause());
          if (connected.isSuccess()) {
            return;
          }
          if (loop.inEventLoop()) {
            end(why);
          } else { // There is not even a socket.
            loop.execute(() -> end(why));
          }
        });
    channel.closeFuture().addListener(closed -> end("NATS has closed it"));
    var unused =
        loop.schedule(this::endUnlessReady, LOG_IN_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
  }

  private ChannelInitializer<Channel> pipeline() {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel made) {
        made.pipeline()
            .addLast(new IdleStateHandler(PING_AFTER.toMillis(), 0, 0, TimeUnit.MILLISECONDS))
            .addLast(new NatsDecoder(inbox, LoopConnection.this));
      }
    };
  }

  LoopConnections.Server server() {
    return server;
  }

  boolean isReady() {
    return state == State.READY;
  }

  /** Returns true if it is ready and not too much is unsent. */
  boolean isWritable() {
    return isReady() && channel.isWritable();
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  /** Closes it. */
  void close(String why) {
    close(why, false);
  }

  private void end(String why) {
    close(why, true);
  }

  private void endUnlessReady() {
    if (!isReady()) {
      end("NATS did not let it in within " + LOG_IN_WITHIN.toSeconds() + " s");
    }
  }

  private void close(String why, boolean isLoss) {
    if (state == State.CLOSED) {
      return;
    }
    boolean wasReady = isReady();
    state = State.CLOSED;
    if (unsent != null) {
      unsent.release();
      unsent = null;
    }
    if (channel.isRegistered()) {
      channel.close();
    }
    owner.life().ended(wasReady, isLoss, why);
  }

  @Override
  public void onInfo(String json) {
    if (state != State.CONNECTING) {
      return; // What changes later, jnats learns as well.
    }
    ServerInfo info = new ServerInfo(json);
    if (info.isTLSRequired()) {
      end("NATS wants TLS");
    } else if (!info.getServerId().equals(server.id())) {
      end("another server has the address of the one that jnats is connected to");
    } else {
      state = State.LOGGING_IN;
      logIn(info);
    }
  }

  /** On another thread, because a file may have to be read to sign. */
  private void logIn(ServerInfo info) {
    CompletableFuture.supplyAsync(
            () ->
                owner
                    .jnats()
                    .getOptions()
                    // With the login, even if NATS has a user for those that do not log in.
                    .buildProtocolConnectOptionsString(server.url(), true, info.getNonce()))
        .whenCompleteAsync(
            (login, thrown) -> {
              if (thrown == null && state == State.LOGGING_IN) {
                state = State.LOGGED_IN;
                write("CONNECT " + login + LINE_END);
                write("SUB " + inbox + "* " + NatsDecoder.SUBSCRIPTION + LINE_END);
                write("PING" + LINE_END);
              } else if (thrown != null) {
                end("its login could not be made: " + thrown.getMessage());
              }
            },
            loop);
  }

  private void write(String text) {
    if (state != State.CLOSED) {
      ByteBuf bytes = channel.alloc().buffer(text.length());
      bytes.writeCharSequence(text, StandardCharsets.UTF_8);
      channel.writeAndFlush(bytes, channel.voidPromise());
    }
  }

  @Override
  public void onPing() {
    if (channel.isWritable()) { // Otherwise NATS asks again, if it reads at all.
      write("PONG" + LINE_END);
    }
  }

  @Override
  public void onPong() {
    silences = 0;
    if (state == State.LOGGED_IN) {
      state = State.READY;
      owner.life().began();
    }
  }

  @Override
  public void onSilence() {
    silences++;
    if (silences >= owner.maxSilences()) {
      end("NATS does not answer");
    } else if (isReady()) {
      write("PING" + LINE_END);
    }
  }

  @Override
  public void onResponse(long request, byte[] head, byte[] body) {
    owner.pending().onResponse(request, new LoopResponse(head, body));
  }

  @Override
  public void onTooLong(long request) {
    owner.pending().onTooLong(request);
  }

  @Override
  public void onNoResponders(long request) {
    owner.pending().onNoResponders(request);
  }

  @Override
  public void onError(String text) {
    if (isReady()) {
      owner.jnats().getOptions().getErrorListener().errorOccurred(owner.jnats(), text);
    } else {
      end(text);
    }
  }

  @Override
  public void onBroken(Throwable why) {
    end(why.toString());
  }

  @Override
  public void send(String subject, long request, @Nullable Headers headers, byte[] body) {
    if (!isReady()) {
      throw JetStreamFailure.notDelivered("the connection to NATS is lost");
    }
    int headerBytes = headers == null ? 0 : headers.serializedLength();
    int messageBytes = headerBytes + body.length;
    if (messageBytes > owner.jnats().getMaxPayload()) {
      throw JetStreamFailure.notDelivered(
          "a message of " + messageBytes + " bytes exceeds max_payload of NATS");
    }
    ByteBuf out;
    try {
      out = unsent();
    } catch (RuntimeException | OutOfMemoryError e) {
      throw JetStreamFailure.notDelivered("a message was not sent: " + e);
    }
    int before = out.writerIndex();
    try {
      out.ensureWritable(FRAME_BYTES + MAX_CHAR_BYTES * subject.length() + messageBytes);
      ascii(out, headers == null ? "PUB " : "HPUB ");
      out.writeCharSequence(subject, StandardCharsets.UTF_8);
      if (request != NO_RESPONSE) {
        out.writeByte(' ');
        ascii(out, inbox);
        ascii(out, Long.toString(request));
      }
      if (headers != null) {
        out.writeByte(' ');
        ascii(out, Integer.toString(headerBytes));
      }
      out.writeByte(' ');
      ascii(out, Integer.toString(messageBytes));
      ascii(out, LINE_END);
      if (headers != null) {
        byte[] bytes = new byte[headerBytes];
        headers.serializeToArray(0, bytes);
        out.writeBytes(bytes);
      }
      out.writeBytes(body);
      ascii(out, LINE_END);
    } catch (RuntimeException | OutOfMemoryError e) {
      out.writerIndex(before); // NATS must not see a part of it.
      throw JetStreamFailure.notDelivered("a message was not sent: " + e);
    }
    if (out.readableBytes() >= FLUSHED_BYTES) {
      flush();
    }
  }

  private static void ascii(ByteBuf to, String text) {
    to.writeCharSequence(text, StandardCharsets.US_ASCII);
  }

  /** The buffer of this turn, which leaves when the loop has read what there is to read. */
  private ByteBuf unsent() {
    ByteBuf buffer = unsent;
    if (buffer == null) {
      loop.execute(this::flush);
      buffer = channel.alloc().buffer(FIRST_BUFFER_BYTES);
      unsent = buffer;
    }
    return buffer;
  }

  @Override
  public void flush() {
    ByteBuf buffer = unsent;
    if (buffer != null) {
      unsent = null;
      channel.writeAndFlush(buffer, channel.voidPromise());
    }
  }
}
