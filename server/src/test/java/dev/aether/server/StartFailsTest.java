package dev.aether.server;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.aether.server.store.ForwardingStore;
import dev.aether.server.store.memory.InMemoryStore;
import dev.aether.server.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A node that can't start leaves nothing behind. */
class StartFailsTest {
  private static final Duration BOUND = Duration.ofSeconds(20);

  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final AtomicInteger closed = new AtomicInteger();

  private final class CountedStore extends ForwardingStore {
    CountedStore() {
      super(new InMemoryStore(true));
    }

    @Override
    public void close() {
      closed.incrementAndGet();
      super.close();
    }
  }

  private ServerConfig config(InetSocketAddress listen, Optional<InetSocketAddress> http) {
    return new ServerConfig(
        listen,
        http,
        new ServerConfig.StoreChoice.Given(new CountedStore()),
        1,
        true,
        Optional.empty(),
        InstantSource.system());
  }

  private void assertLeavesNothing(ServerConfig config) {
    Set<Thread> before = ofTheBus();
    assertThrows(UncheckedIOException.class, () -> AetherServer.start(config));
    Await.until("the store to be closed once", BOUND, () -> closed.get() == 1);
    Await.until("the bus's threads to end", BOUND, () -> before.containsAll(ofTheBus()));
  }

  private static Set<Thread> ofTheBus() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().startsWith("aether-"));
    return threads;
  }

  private static ServerSocket taken() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static InetSocketAddress addressOf(ServerSocket socket) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
  }

  @Test
  void itsPortForGrpcIsTaken() throws IOException {
    try (ServerSocket taken = taken()) {
      assertLeavesNothing(config(addressOf(taken), Optional.empty()));
    }
  }

  @Test
  void itsPortForHttpIsTaken() throws IOException {
    try (ServerSocket taken = taken()) {
      assertLeavesNothing(config(ANY_PORT, Optional.of(addressOf(taken))));
    }
  }
}
