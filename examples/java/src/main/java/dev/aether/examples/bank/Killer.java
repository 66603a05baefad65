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
 * Kills one or two of the victims at random moments of the run and starts them again after a random
 * pause, until each was killed as often as wanted. For one thread.
 */
final class Killer {
  private static final int LONGEST_PAUSE_MILLIS = 1000;
  private static final Duration PROGRESS_WITHIN = Duration.ofMinutes(5);

  private final List<Killable> victims;
  private final Random random;
  private final PrintStream out;

  /** One for each transfer that may begin. */
  private final Semaphore turns = new Semaphore(0);

  /**
   * @param victims in the order in which they are started
   */
  Killer(List<Killable> victims, Random random, PrintStream out) {
    this.victims = victims;
    this.random = random;
    this.out = out;
  }

  /**
   * Returns when the next transfer may begin: some wait, so that none of the kills comes when all
   * is done.
   */
  void awaitTurn() {
    turns.acquireUninterruptibly();
  }

  /**
   * Kills each so often, spread over the run.
   *
   * @param progress transfers that were answered; rises to end
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
    int pauseMillis = random.nextInt(LONGEST_PAUSE_MILLIS);
    out.printf(
        "  after %,6d transfers: killed %s for %d ms%n",
        progress, String.join(" and ", killed.stream().map(Killable::name).toList()), pauseMillis);
    killed.forEach(Killable::kill);
    boolean unused = new CountDownLatch(1).await(pauseMillis, TimeUnit.MILLISECONDS);
    victims.stream().filter(killed::contains).forEach(Killable::start);
  }
}
