package dev.aether.server.grpc.limits;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelOutboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Stops reading a connection for a while. It must be the first handler of the connection: Netty's
 * HTTP/2 handler reads on even if the connection's option for that is off. Used on the connection's
 * event loop only, except where noted.
 */
final class ReadPause extends ChannelOutboundHandlerAdapter {
  private boolean paused;

  @Override
  public void read(ChannelHandlerContext context) throws Exception {
    if (!paused) {
      super.read(context);
    }
  }

  /** Stops reading, unless it has stopped. May be called on any thread. */
  void pause(Channel connection, Duration pause) {
    if (!connection.eventLoop().inEventLoop()) {
      connection.eventLoop().execute(() -> pause(connection, pause));
      return;
    }
    if (paused) {
      return;
    }
    paused = true;
    connection.config().setAutoRead(false);
    connection
        .eventLoop()
        .schedule(() -> resume(connection), pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void resume(Channel connection) {
    paused = false;
    connection.config().setAutoRead(true);
  }
}
