package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.v1.CommitAt;
import dev.aether.v1.Event;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;

/** What the parts of the contract share: two nodes on one store, and a namespace for each test. */
abstract class Contract {
  final Fixture fixture;
  final Node a;
  final Node b;

  /** Of this test alone; nobody made it yet. */
  final String namespace = Requests.unique("contract");

  /** An actor that nobody wrote yet. */
  final String actor = Requests.unique("actor");

  Contract(Fixture fixture) {
    this.fixture = fixture;
    a = fixture.a();
    b = fixture.b();
  }

  /** Saves commits of one event each to this test's actor. */
  void saveOneByOne(int count) {
    long from = a.latest(namespace, actor);
    for (int i = 0; i < count; i++) {
      a.save(Requests.saveAt(namespace, actor, from + i));
    }
  }

  static List<Long> versions(List<Event> events) {
    return events.stream().map(Event::getVersion).toList();
  }

  static List<Long> versions(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  /** Positions rise, and each actor's versions go on without gap or double. */
  static void assertInOrder(List<CommitAt> commits) {
    long position = 0;
    Map<String, Long> latest = new HashMap<>();
    for (CommitAt at : commits) {
      assertTrue(at.getPosition() > position, () -> "positions do not rise at " + at);
      position = at.getPosition();
      long before = latest.getOrDefault(at.getCommit().getActorId(), 0L);
      assertEquals(before + 1, at.getCommit().getFirstVersion(), () -> "gap or double at " + at);
      assertEquals(
          versions(at.getCommit().getFirstVersion(), at.getCommit().getLastVersion()),
          versions(at.getCommit().getEventsList()));
      latest.put(at.getCommit().getActorId(), at.getCommit().getLastVersion());
    }
  }

  /** A generator whose seed is printed; {@code -Daether.seed} sets it. */
  static Random random() {
    long seed = Long.getLong("aether.seed", System.nanoTime());
    System.out.println("-Daether.seed=" + seed);
    return new Random(seed);
  }

  /** How often something is tried: few times in each build, more where a property asks. */
  static int rounds(String property, int inEachBuild) {
    return Integer.getInteger("aether." + property, inEachBuild);
  }
}
