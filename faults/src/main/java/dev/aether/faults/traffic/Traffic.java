package dev.aether.faults.traffic;

import dev.aether.faults.history.Delivered;
import dev.aether.faults.history.History;
import dev.aether.faults.history.ReadActor;
import dev.aether.faults.history.Save;
import dev.aether.faults.history.StoredCommit;
import dev.aether.faults.topology.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;

/** All clients of a run. The runner's thread starts and ends it. */
public final class Traffic implements AutoCloseable {
  private static final Duration END_WITHIN = Duration.ofMinutes(5);
  private static final Duration SERVING_WITHIN = Duration.ofMinutes(3);
  private static final Duration CAUGHT_UP_WITHIN = Duration.ofMinutes(2);

  private final Nodes nodes;
  private final Nodes direct;
  private final int nodeCount;
  private final Queue<Save> saves = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final List<Thread> writers = new ArrayList<>();
  private final List<Subscriber> subscribers;
  private final List<Thread> subscriberThreads = new ArrayList<>();
  private volatile boolean over;

  /**
   * Starts the writers and the subscribers.
   *
   * @param nodeAddresses HOST:PORT of each node
   * @param directAddresses the same past everything that may be cut
   */
  public Traffic(
      List<String> nodeAddresses, List<String> directAddresses, long seed, int writerCount) {
    nodes = new Nodes(nodeAddresses);
    direct = new Nodes(directAddresses);
    nodeCount = nodeAddresses.size();
    String main = Burst.NAMESPACES.get(0);
    Set<String> all = Set.copyOf(Burst.NAMESPACES);
    subscribers =
        List.of(
            subscriber(
                "the steady subscriber", Subscriber.Style.STEADY, direct, main, Set.of(main), seed),
            subscriber(
                "the restless subscriber",
                Subscriber.Style.RESTLESS,
                nodes,
                main,
                Set.of(main),
                seed),
            subscriber("the subscriber to >", Subscriber.Style.CURSOR, nodes, ">", all, seed));
    for (Subscriber subscriber : subscribers) {
      subscriberThreads.add(start(subscriber::run));
    }
    for (int i = 0; i < writerCount; i++) {
      Writer writer = new Writer(seed, i, writerCount, nodes, saves::add);
      writers.add(start(() -> writer.run(() -> over)));
    }
  }

  private static Subscriber subscriber(
      String name,
      Subscriber.Style style,
      Nodes nodes,
      String pattern,
      Set<String> namespaces,
      long seed) {
    return new Subscriber(name, style, nodes, pattern, namespaces, seed + name.hashCode());
  }

  private Thread start(Runnable task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (Throwable thrown) {
                failures.add(thrown);
              }
            },
            "aether-faults-traffic");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Waits until the writers know their outcomes, and then reads everything that is stored. */
  public History end() {
    over = true;
    List<Reader> readers = new ArrayList<>();
    for (int node = 0; node < nodeCount; node++) {
      Reader reader = new Reader(nodes.name(node), direct.channel(node));
      await(SERVING_WITHIN, nodes.name(node) + " did not serve again", reader::isServing);
      readers.add(reader);
    }
    await(END_WITHIN, "a writer did not end", () -> writers.stream().noneMatch(Thread::isAlive));
    Map<String, List<StoredCommit>> logs = new HashMap<>();
    Burst.NAMESPACES.forEach(namespace -> logs.put(namespace, readers.get(0).log(namespace)));
    awaitSubscribers(logs);
    List<ReadActor> actors = new ArrayList<>();
    List<Delivered> deliveries = new ArrayList<>();
    subscribers.forEach(subscriber -> deliveries.add(subscriber.delivered()));
    for (int node = 0; node < nodeCount; node++) {
      for (String namespace : Burst.NAMESPACES) {
        actors.addAll(readers.get(node).actors(namespace));
        if (node > 0) {
          String name = "a reader of the log on " + nodes.name(node);
          deliveries.add(
              new Delivered(
                  name, Set.of(namespace), readers.get(node).log(namespace), 1, List.of()));
        }
      }
    }
    failures.forEach(
        thrown -> {
          throw new IllegalStateException("a client failed", thrown);
        });
    return new History(List.copyOf(saves), logs, actors, deliveries);
  }

  /** Subscribers that do not get everything in time are found by the checks. */
  private void awaitSubscribers(Map<String, List<StoredCommit>> logs) {
    Map<String, Long> ends = new HashMap<>();
    logs.forEach(
        (namespace, log) -> {
          if (!log.isEmpty()) {
            ends.put(namespace, log.get(log.size() - 1).position());
          }
        });
    Waiting.within(
        CAUGHT_UP_WITHIN,
        () -> subscribers.stream().allMatch(subscriber -> subscriber.hasReached(ends)));
    subscribers.forEach(Subscriber::stop);
    await(
        END_WITHIN,
        "a subscriber did not end",
        () -> subscriberThreads.stream().noneMatch(Thread::isAlive));
  }

  private static void await(Duration bound, String failure, BooleanSupplier condition) {
    if (!Waiting.within(bound, condition)) {
      throw new IllegalStateException(failure + " within " + bound.toSeconds() + " s");
    }
  }

  @Override
  public void close() {
    over = true;
    subscribers.forEach(Subscriber::stop);
    nodes.close();
    direct.close();
  }
}
