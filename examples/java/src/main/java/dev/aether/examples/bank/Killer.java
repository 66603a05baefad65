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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Kills one or two processes at a time at random moments of the run and restarts them after a
 * random delay, until each was killed as often as required. Used by one thread.
 */
final class Killer {
  private static final int MAX_DELAY_MILLIS = 1000;
  private static final Duration PROGRESS_WITHIN = Duration.ofMinutes(5);

  private final List<Killable> victims;
  private final Random random;
  private final PrintStream out;

  /** One permit for each transfer that may start. */
  private final Semaphore turns = new Semaphore(0);

  /**
   * Creates a killer.
   *
   * @param victims in the order in which they are started
   */
  Killer(List<Killable> victims, Random random, PrintStream out) {
    this.victims = victims;
    this.random = random;
    this.out = out;
  }

  /**
   * Waits until the next transfer may start. Some transfers wait, because no kill should happen
   * after everything is done.
   */
  void awaitTurn() {
    turns.acquireUninterruptibly();
  }

  /**
   * Kills each victim this many times, spread over the run.
   *
   * @param progress number of answered transfers, up to end
   */
  void run(int times, IntSupplier progress, int end) throws InterruptedException {
    List<List<Killable>> rounds = rounds(times);
    int[] moments = random.ints(rounds.size(), 0, end).sorted().toArray();
    int allowed = 0;
    for (int i = 0; i < rounds.size(); i++) {
      int moment = moments[i];
      int next = i + 1 < moments.length ? moments[i + 1] : end;
      turns.release(next - allowed);
      allowed = next;
      Waiting.until("transfer " + moment, PROGRESS_WITHIN, () -> progress.getAsInt() >= moment);
      round(rounds.get(i), progress.getAsInt());
    }
    turns.release(end - allowed);
  }

  private List<List<Killable>> rounds(int times) {
    List<Killable> all = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      all.addAll(victims);
    }
    Collections.shuffle(all, random);
    List<List<Killable>> rounds = new ArrayList<>();
    for (int i = 0; i < all.size(); i += rounds.get(rounds.size() - 1).size()) {
      int size = Math.min(1 + random.nextInt(2), all.size() - i);
      rounds.add(all.subList(i, i + size).stream().distinct().toList());
    }
    return rounds;
  }

  private void round(List<Killable> killed, int progress) throws InterruptedException {
    int delayMillis = random.nextInt(MAX_DELAY_MILLIS);
    out.printf(
        "  after %,6d transfers: killed %s for %d ms%n",
        progress, String.join(" and ", killed.stream().map(Killable::name).toList()), delayMillis);
    killed.forEach(Killable::kill);
    boolean unused = new CountDownLatch(1).await(delayMillis, TimeUnit.MILLISECONDS);
    victims.stream().filter(killed::contains).forEach(Killable::start);
  }
}
