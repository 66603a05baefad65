package dev.aether.server.grpc.limits;

import dev.aether.server.concurrent.EventLoops;
import dev.aether.server.security.ClientLimits;
import dev.aether.server.testing.Await;
import io.grpc.netty.shaded.io.netty.bootstrap.ServerBootstrap;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the gate counts of connections over a real port. */
class ConnectionGateTest {
  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final int PER_ADDRESS = 2;

  private final ConnectionGate gate = new ConnectionGate(limits());

  private static ClientLimits.Connections limits() {
    ClientLimits.Connections usual = ClientLimits.Connections.DEFAULT;
    return new ClientLimits.Connections(
        usual.open(),
        PER_ADDRESS,
        usual.newPerSecond(),
        usual.refusedCallsPerSecond(),
        usual.calls(),
        usual.headerBytes(),
        usual.pingInterval(),
        usual.resets(),
        usual.idle(),
        usual.handshake(),
        usual.request(),
        usual.subscriptions());
  }

  private void await(int open) {
    Await.until(open + " open connections", BOUND, () -> gate.openConnections() == open);
  }

  private static Socket connect(InetSocketAddress server, int port) throws IOException {
    Socket socket = new Socket();
    socket.setReuseAddress(true);
    socket.setSoLinger(true, 0); // Closed with a reset, so that its port is free at once.
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.connect(server, (int) BOUND.toMillis());
    return socket;
  }

  @Test
  void aConnectionCountsUntilItsEndAlsoIfItsPortWasUsedBefore() throws Exception {
    EventLoops accepting = new EventLoops(1, "accepting");
    EventLoops serving = new EventLoops(1, "serving");
    List<Socket> opened = new ArrayList<>();
    try {
      Channel listening =
          new ServerBootstrap()
              .group(accepting.group(), serving.group())
              .channelFactory(EventLoops::newListeningSocket)
              .handler(gate)
              .childHandler(new Silent())
              .bind(InetAddress.getLoopbackAddress(), 0)
              .sync()
              .channel();
      InetSocketAddress server = (InetSocketAddress) listening.localAddress();
      Socket first = connect(server, 0);
      opened.add(first);
      await(1);
      // Nobody notices the end of the first connection before the second has been accepted.
      CountDownLatch accepted = new CountDownLatch(1);
      var unused = serving.group().submit(() -> accepted.await(1, TimeUnit.MINUTES));
      int port = first.getLocalPort();
      first.close();
      Socket second = connect(server, port);
      opened.add(second);
      await(2);
      accepted.countDown();
      await(1);

      second.close();
      await(0);
      for (int open = 1; open <= PER_ADDRESS; open++) {
        opened.add(connect(server, 0));
        await(open);
      }
    } finally {
      for (Socket socket : opened) {
        socket.close();
      }
      accepting.close();
      serving.close();
    }
  }

  /** A connection that is read, so that its end is noticed. */
  @ChannelHandler.Sharable
  private static final class Silent extends ChannelInboundHandlerAdapter {}
}
