package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.ServerConfig;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.ServeProcess;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.CommitAt;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Subscribers on a node in a process of its own whose heap is smaller than what is saved: who stops
 * reading loses nothing and harms nobody, and many share one consumer of JetStream's.
 */
class StalledSubscriberTest {
  private static final Duration BOUND = Duration.ofMinutes(5);
  private static final int HEAP_MEGABYTES = 96;
  private static final int ACTORS = 100;

  private final String namespace = Requests.unique("stalled");

  /** Counts commits, and holds that they come in order without gap or double. */
  private static final class Counter
      implements ClientResponseObserver<SubscribeRequest, SubscribeResponse> {
    private final AtomicInteger count = new AtomicInteger();
    private long position;
    private volatile boolean reading;
    private volatile boolean caughtUp;
    private volatile @Nullable Throwable end;
    private volatile @Nullable ClientCallStreamObserver<SubscribeRequest> call;

    Counter(boolean reading) {
      this.reading = reading;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SubscribeRequest> begun) {
      call = begun;
      begun.disableAutoRequestWithInitial(2);
    }

    @Override
    public void onNext(SubscribeResponse frame) {
      for (CommitAt at : frame.getEvents().getCommitsList()) {
        // The log of the test is written without gaps.
        if (at.getPosition() != position + 1) {
          throw new AssertionError(at.getPosition() + " came after " + position);
        }
        position = at.getPosition();
        count.incrementAndGet();
      }
      caughtUp |= frame.hasCaughtUp();
      if (reading) {
        request();
      }
    }

    /** Reads on from now on. */
    void read() {
      reading = true;
      request();
    }

    private void request() {
      ClientCallStreamObserver<SubscribeRequest> running = call;
      if (running != null) {
        running.request(1);
      }
    }

    @Override
    public void onError(Throwable thrown) {
      end = thrown;
    }

    @Override
    public void onCompleted() {
      end = new AssertionError("completed");
    }

    void awaitCaughtUp() {
      Await.until("caught up", BOUND, () -> caughtUp);
    }

    void await(int commits) {
      Await.until(
          commits + " commits",
          BOUND,
          () -> {
            Throwable thrown = end;
            if (thrown != null) {
              throw new AssertionError("ended after " + count, thrown);
            }
            return count.get() == commits;
          });
    }
  }

  private Counter subscribe(ManagedChannel channel, boolean reading) {
    return subscribe(channel, Requests.live(namespace), reading);
  }

  private static Counter subscribe(
      ManagedChannel channel, SubscribeRequest.Builder request, boolean reading) {
    Counter counter = new Counter(reading);
    EventBusGrpc.newStub(channel).subscribe(request.build(), counter);
    return counter;
  }

  private static Node node(TestNatsServer nats) {
    return Node.start(
        ServerConfig.on(new ServerConfig.StoreChoice.Nats(List.of(nats.url()), BOUND)));
  }

  private static ManagedChannel channel(ServeProcess node) {
    return ManagedChannelBuilder.forAddress("127.0.0.1", node.port()).usePlaintext().build();
  }

  /** Saves commits of one event with so much data each. */
  private void save(Node node, int commits, int bytes) {
    int[] versions = new int[ACTORS];
    var requests =
        IntStream.range(0, commits)
            .mapToObj(
                i -> {
                  int n = i % ACTORS;
                  return Requests.saveAt(namespace, "actor-" + n, versions[n]++)
                      .setCommitId("c-" + i)
                      .setEvents(0, Requests.heavyEvent(bytes))
                      .build();
                })
            .iterator();
    AtomicInteger saved = new AtomicInteger();
    try (SaveStreamer streamer =
        SaveStreamer.open(
            node, requests, true, answer -> saved.addAndGet(answer.hasSaved() ? 1 : 0))) {
      streamer.awaitCompleted();
    }
    assertEquals(commits, saved.get());
  }

  @Test
  void whoStopsReadingLosesNothingAndHarmsNobody() throws Exception {
    int commits = Contract.rounds("stall.events", 15_000);
    Duration stall = Duration.ofSeconds(Contract.rounds("stall.seconds", 1));
    try (TestNatsServer nats = TestNatsServer.start();
        ServeProcess child = ServeProcess.start(nats, HEAP_MEGABYTES);
        Node writer = node(nats)) {
      ManagedChannel stalledChannel = channel(child);
      ManagedChannel otherChannel = channel(child);
      Counter stalled = subscribe(stalledChannel, false);
      Counter other = subscribe(otherChannel, true);
      other.awaitCaughtUp();
      stalled.awaitCaughtUp();
      long begun = System.nanoTime();
      // Twice the heap of the node, in events of equal size.
      save(writer, commits, (int) (2L * HEAP_MEGABYTES * 1024 * 1024 / commits));
      other.await(commits);
      assertTrue(stalled.count.get() < commits, "the stalled one has read all");
      Await.until("the stall is over", BOUND, () -> System.nanoTime() - begun > stall.toNanos());
      System.out.println(
          "heap of the node, -Xmx"
              + HEAP_MEGABYTES
              + "m, after "
              + commits
              + " commits that one subscriber did not read: "
              + child.usedHeapMegabytes()
              + " MB in use; the stalled one has "
              + stalled.count);
      stalled.read();
      stalled.await(commits);
      assertTrue(child.isAlive());
      stalledChannel.shutdownNow();
      otherChannel.shutdownNow();
    }
  }

  @Test
  void thousandsThatNeverReadHoldNoMoreThanTheirShareAndHarmNobody() throws Exception {
    int silent = Contract.rounds("stall.silent", 2000);
    int stored = 1000;
    int later = 300;
    try (TestNatsServer nats = TestNatsServer.start();
        ServeProcess child = ServeProcess.start(nats, HEAP_MEGABYTES);
        Node writer = node(nats)) {
      save(writer, stored, 8 * 1024);
      List<ManagedChannel> channels = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        channels.add(channel(child));
      }
      Counter reading = subscribe(channels.get(2), Requests.fromBeginning(namespace), true);
      reading.await(stored);
      List<Counter> stalled = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        stalled.add(subscribe(channels.get(3), Requests.fromBeginning(namespace), false));
      }
      for (int i = 0; i < silent; i++) {
        EventBusGrpc.newStub(channels.get(i % 2))
            .subscribe(Requests.fromBeginning(namespace).build(), new Silent());
      }

      var saves =
          EventStoreGrpc.newBlockingStub(channels.get(2)).withDeadlineAfter(5, TimeUnit.MINUTES);
      for (int i = 0; i < later; i++) {
        assertEquals(
            i + 1,
            saves.saveEvents(Requests.saveAt(namespace, "late", i).build()).getLastVersion());
      }

      reading.await(stored + later);
      System.out.println(
          silent + " that never read: heap in use " + child.usedHeapMegabytes() + " MB");
      stalled.forEach(Counter::read);
      stalled.forEach(counter -> counter.await(stored + later));
      assertTrue(child.isAlive());
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  /** Asks for no frame ever. */
  private static final class Silent
      implements ClientResponseObserver<SubscribeRequest, SubscribeResponse> {
    @Override
    public void beforeStart(ClientCallStreamObserver<SubscribeRequest> begun) {
      begun.disableAutoRequestWithInitial(0);
    }

    @Override
    public void onNext(SubscribeResponse frame) {}

    @Override
    public void onError(Throwable thrown) {}

    @Override
    public void onCompleted() {}
  }

  @Test
  void aThousandSubscribersShareOneConsumerAndEachGetsAll() throws Exception {
    int subscribers = Contract.rounds("shared.subscribers", 1000);
    try (TestNatsServer nats = TestNatsServer.start();
        ServeProcess child = ServeProcess.start(nats, 2 * HEAP_MEGABYTES);
        Node writer = node(nats)) {
      writer.save(Requests.saveAt(namespace, "first", 0));
      ManagedChannel channel = channel(child);
      List<Counter> counters = new ArrayList<>();
      for (int i = 0; i < subscribers; i++) {
        counters.add(subscribe(channel, true));
      }
      counters.forEach(Counter::awaitCaughtUp);
      counters.forEach(counter -> counter.position = 1);
      save(writer, 200, 256);
      counters.forEach(counter -> counter.await(200));
      try (Connection connection = Nats.connect(nats.url())) {
        var management = connection.jetStreamManagement();
        List<String> consumers =
            management.getStreamNames().stream()
                .filter(name -> name.endsWith("-" + namespace))
                .flatMap(
                    name -> {
                      try {
                        return management.getConsumerNames(name).stream();
                      } catch (Exception e) {
                        throw new AssertionError(e);
                      }
                    })
                .toList();
        assertEquals(1, consumers.size(), consumers::toString);
      }
      System.out.println(
          subscribers + " subscribers, heap in use " + child.usedHeapMegabytes() + " MB");
      channel.shutdownNow();
    }
  }
}
