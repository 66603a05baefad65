package dev.aether.faults.traffic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Saves of one writer to different actors that are sent at once. Everything in it comes from the
 * seed.
 *
 * @param onStream whether they go over SaveEventsStream
 * @param node the node that gets the first attempts, as a number of any size
 * @param pause the time after the burst
 */
record Burst(boolean onStream, int node, Duration pause, List<Choice> choices) {
  /** The namespaces of a run. */
  static final List<String> NAMESPACES = List.of("faults.main", "faults.side");

  private static final int OWN_ACTORS = 40;
  private static final int SHARED_ACTORS = 20;
  private static final int MOST = 40;

  /** So that all writers together make some hundred saves a second. */
  private static final int PAUSE_MILLIS_PER_WRITER = 40;

  /** The version that a save expects. */
  enum Expectation {
    KNOWN_VERSION,
    ANY,
    EXISTING
  }

  /**
   * A save to be sent.
   *
   * @param bytes of each event's data
   * @param deadline of each attempt
   * @param repeatsUnknown whether it is sent again while its outcome is unknown
   * @param repeatsRefused whether it is sent again if it was refused for the moment; if not, it
   *     must not be stored
   * @param again whether it is sent once more after it was acknowledged
   */
  record Choice(
      String namespace,
      String actor,
      String commit,
      Expectation expectation,
      int events,
      int bytes,
      Duration deadline,
      boolean repeatsUnknown,
      boolean repeatsRefused,
      boolean again) {
    /** The actor among all namespaces. */
    String key() {
      return namespace + "/" + actor;
    }
  }

  /** The burst of this number of a writer. */
  static Burst of(long seed, int writer, int number, int writers) {
    Random random = new Random((seed * 1_000_003 + writer) * 1_000_003 + number);
    random.nextInt(); // Similar seeds have similar first values.
    int saves = random.nextBoolean() ? 16 + random.nextInt(MOST - 15) : 1 + random.nextInt(8);
    boolean onStream = random.nextBoolean();
    int node = random.nextInt(1 << 20);
    Duration pause = Duration.ofMillis(random.nextInt(writers * PAUSE_MILLIS_PER_WRITER));
    List<Choice> choices = new ArrayList<>();
    Set<String> actors = new HashSet<>();
    for (int i = 0; i < saves; i++) {
      Choice choice = choice(random, writer, "w" + writer + "-" + number + "-" + i);
      if (actors.add(choice.actor())) {
        choices.add(choice);
      }
    }
    return new Burst(onStream, node, pause, List.copyOf(choices));
  }

  private static Choice choice(Random random, int writer, String commit) {
    boolean isShared = random.nextInt(8) == 0;
    int actor = random.nextInt(isShared ? SHARED_ACTORS : OWN_ACTORS);
    int expectation = random.nextInt(10);
    return new Choice(
        NAMESPACES.get(actor % 5 == 0 ? 1 : 0),
        isShared ? "shared-" + actor : "own-" + writer + "-" + actor,
        commit,
        expectation < 6
            ? Expectation.KNOWN_VERSION
            : expectation < 9 ? Expectation.ANY : Expectation.EXISTING,
        1 + random.nextInt(3),
        random.nextInt(300) == 0 ? 70_000 : 20 + random.nextInt(300),
        Duration.ofMillis(
            random.nextInt(8) == 0 ? 20 + random.nextInt(300) : 1_000 + random.nextInt(10_000)),
        random.nextInt(8) != 0,
        random.nextBoolean(),
        random.nextInt(10) == 0);
  }
}
