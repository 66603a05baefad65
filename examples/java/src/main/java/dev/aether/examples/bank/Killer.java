package dev.aether.examples.bank;

import dev.aether.examples.local.Killable;
import dev.aether.examples.local.Waiting;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Kills one or two of the victims at random moments of the run and starts them again after a random
 * pause, until each was killed as often as wanted. For one thread.
 */
final class Killer {
  private static final int LONGEST_PAUSE_MILLIS = 1500;
  private static final Duration PROGRESS_WITHIN = Duration.ofMinutes(5);

  private final List<Killable> victims;
  private final Random random;
  private final PrintStream out;

  /**
   * @param victims in the order in which they are started
   */
  Killer(List<Killable> victims, Random random, PrintStream out) {
    this.victims = victims;
    this.random = random;
    this.out = out;
  }

  /**
   * Kills each so often, spread over the run.
   *
   * @param progress rises from 0 to end
   */
  void run(int times, IntSupplier progress, int end) throws InterruptedException {
    List<List<Killable>> rounds = rounds(times);
    int[] moments = random.ints(rounds.size(), 0, end).sorted().toArray();
    for (int i = 0; i < rounds.size(); i++) {
      int moment = moments[i];
      Waiting.until(
          "transfer " + moment, PROGRESS_WITHIN, () -> progress.getAsInt() >= moment);
      round(rounds.get(i), progress);
    }
  }

  private List<List<Killable>> rounds(int times) {
    List<Killable> all = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      all.addAll(victims);
    }
    Collections.shuffle(all, random);
    List<List<Killable>> rounds = new ArrayList<>();
    for (int i = 0; i < all.size(); ) {
      int size = Math.min(1 + random.nextInt(2), all.size() - i);
      rounds.add(all.subList(i, i + size).stream().distinct().toList());
      i += rounds.get(rounds.size() - 1).size();
    }
    return rounds;
  }

  private void round(List<Killable> killed, IntSupplier progress) throws InterruptedException {
    String names = String.join(" and ", killed.stream().map(Killable::name).toList());
    int pauseMillis = random.nextInt(LONGEST_PAUSE_MILLIS);
    out.printf("  after %,6d transfers: SIGKILL to %s, away for %d ms%n", progress.getAsInt(), names, pauseMillis);
    killed.forEach(Killable::kill);
    boolean unused = new CountDownLatch(1).await(pauseMillis, TimeUnit.MILLISECONDS);
    victims.stream().filter(killed::contains).forEach(Killable::start);
  }
}
