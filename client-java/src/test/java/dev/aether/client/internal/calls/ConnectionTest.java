package dev.aether.client.internal.calls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.Reason;
import dev.aether.client.StoreUnavailableException;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the connection changes to another node. */
final class ConnectionTest {
  private static final InetSocketAddress NODE = new InetSocketAddress("127.0.0.1", 1);

  private final AtomicInteger opened = new AtomicInteger();
  private final Connection connection =
      new Connection(
          avoided -> {
            opened.incrementAndGet();
            return NettyChannelBuilder.forAddress(NODE).usePlaintext().build();
          },
          true,
          new Timer(task -> new Thread(task, "test").start()));

  @AfterEach
  void close() {
    connection.close();
  }

  private void fail(Reason reason) {
    fail(reason, NODE);
  }

  private void fail(Reason reason, InetSocketAddress node) {
    connection.failed(
        connection.link(),
        new Failure(
            new StoreUnavailableException(reason, "said by the test", Map.of(), null),
            Status.Code.UNAVAILABLE,
            true,
            true),
        node);
  }

  @Test
  void whileAllNodesFailCallsItOpensAtMostOneChannelASecond() {
    long begin = System.nanoTime();
    for (int i = 0; i < 1000; i++) {
      fail(Reason.STORE_UNAVAILABLE);
    }
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
    int changes = opened.get() - 1;
    assertTrue(changes >= 1 && changes <= 1 + seconds, changes + " in " + seconds + " s");
  }

  @Test
  void aNodeThatHasNotFailedBeforeIsLeftAtOnce() {
    fail(Reason.STORE_UNAVAILABLE);
    fail(Reason.STORE_UNAVAILABLE, new InetSocketAddress("127.0.0.1", 2));
    assertEquals(3, opened.get());
  }

  @Test
  void aStoppingNodeIsLeftAtOnce() {
    fail(Reason.STORE_UNAVAILABLE);
    fail(Reason.SHUTTING_DOWN);
    assertEquals(3, opened.get());
  }
}
