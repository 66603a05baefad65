package dev.aether.faults.rolling;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.SubscriptionStart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writers, each of which saves one version of its own actor after another, and subscribers to all
 * of them. All have a client with the addresses of both nodes and its default repeats, as an
 * application has. A call that fails, a version that is missing and one that comes twice are noted.
 */
final class Load implements AutoCloseable {
  private static final String NAMESPACE = "rolling";

  /** So that the load does not hide the restarts behind a busy machine. */
  private static final Duration PAUSE = Duration.ofMillis(2);

  private static final Duration SOON = Duration.ofSeconds(90);

  private final List<AetherClient> clients = new ArrayList<>();
  private final List<Thread> writers = new ArrayList<>();
  private final List<AtomicLong> saved = new ArrayList<>();
  private final List<Follower> followers = new ArrayList<>();
  private final List<Subscription> subscriptions = new ArrayList<>();
  private final List<String> irregular = new CopyOnWriteArrayList<>();
  private final AtomicLong longestSaveNanos = new AtomicLong();
  private volatile boolean writing = true;

  Load(List<String> addresses, int writerCount, int subscriberCount) {
    for (int i = 0; i < subscriberCount; i++) {
      Follower follower = new Follower();
      followers.add(follower);
      subscriptions.add(
          client(addresses)
              .subscribe(
                  SubscribeOptions.builder(SubscriptionStart.beginning())
                      .namespacePattern(NAMESPACE)
                      .build(),
                  follower));
    }
    for (int i = 0; i < writerCount; i++) {
      AetherClient client = client(addresses);
      AtomicLong version = new AtomicLong();
      saved.add(version);
      String actor = actor(i);
      Thread thread = new Thread(() -> write(client, actor, version), "writer-" + i);
      writers.add(thread);
      thread.start();
    }
  }

  private static String actor(int writer) {
    return "actor-" + writer;
  }

  private AetherClient client(List<String> addresses) {
    AetherClient client =
        AetherClient.builder().endpoints(addresses).deadline(Duration.ofSeconds(30)).build();
    clients.add(client);
    return client;
  }

  private void write(AetherClient client, String actor, AtomicLong version) {
    while (writing) {
      long begin = System.nanoTime();
      try {
        var unused =
            client.save(
                SaveCommand.builder(actor, ExpectedVersion.exactly(version.get()))
                    .namespace(NAMESPACE)
                    .event(NewEvent.json("Happened", "{\"n\":" + version.get() + "}"))
                    .build());
        version.incrementAndGet();
      } catch (AetherException e) {
        irregular.add("a save of " + actor + " failed: " + e);
        return;
      }
      longestSaveNanos.accumulateAndGet(System.nanoTime() - begin, Math::max);
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** Blocks until each writer has saved so much more, or something is irregular. */
  void awaitSaves(int more) {
    List<Long> before = saved.stream().map(AtomicLong::get).toList();
    await(
        "saves of every writer",
        () -> {
          for (int i = 0; i < saved.size(); i++) {
            if (saved.get(i).get() < before.get(i) + more) {
              return false;
            }
          }
          return true;
        });
  }

  /** Ends the writers, and blocks until all subscribers have everything. */
  void end() throws InterruptedException {
    writing = false;
    for (Thread writer : writers) {
      writer.join();
    }
    Map<String, Long> expected = new TreeMap<>();
    for (int i = 0; i < saved.size(); i++) {
      expected.put(actor(i), saved.get(i).get());
    }
    await(
        "all commits at every subscriber",
        () -> followers.stream().allMatch(follower -> follower.versions.equals(expected)));
  }

  /** Reads all actors through one node, and notes differences from what was saved. */
  void check(String address) {
    try (AetherClient client =
        AetherClient.builder().endpoint(address).namespace(NAMESPACE).build()) {
      for (int i = 0; i < saved.size(); i++) {
        long least = saved.get(i).get();
        long[] next = {1};
        try (var events = client.events(actor(i))) {
          events.forEach(
              event -> {
                if (event.version() != next[0]++) {
                  irregular.add(address + " read " + event + " instead of " + (next[0] - 1));
                }
              });
        }
        if (next[0] - 1 < least) {
          irregular.add(address + " has " + (next[0] - 1) + " of " + least + " of " + actor(i));
        }
      }
    } catch (AetherException e) {
      irregular.add("reading through " + address + " failed: " + e);
    }
  }

  private interface Condition {
    boolean holds();
  }

  private void await(String what, Condition condition) {
    long giveUpAt = System.nanoTime() + SOON.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > giveUpAt) {
        irregular.add("waited " + SOON.toSeconds() + " s for " + what);
        return;
      }
      if (!irregular.isEmpty()) {
        return;
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  long saves() {
    return saved.stream().mapToLong(AtomicLong::get).sum();
  }

  long delivered() {
    return followers.stream()
        .flatMap(follower -> follower.versions.values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }

  Duration longestSave() {
    return Duration.ofNanos(longestSaveNanos.get());
  }

  List<String> irregular() {
    return List.copyOf(irregular);
  }

  @Override
  public void close() {
    writing = false;
    subscriptions.forEach(Subscription::close);
    clients.forEach(AetherClient::close);
  }

  /** The newest version of each actor. */
  private final class Follower implements SubscriptionListener {
    final Map<String, Long> versions = new ConcurrentHashMap<>();

    @Override
    public void onCommit(Commit commit) {
      @Nullable Long before = versions.put(commit.actorId(), commit.lastVersion());
      if (commit.firstVersion() != (before == null ? 1 : before + 1)) {
        irregular.add(
            "a subscriber got version "
                + commit.firstVersion()
                + " of "
                + commit.actorId()
                + " after "
                + before);
      }
    }

    @Override
    public void onError(AetherException error) {
      irregular.add("a subscription ended: " + error);
    }
  }
}
