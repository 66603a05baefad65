package dev.aether.examples.bank;

import java.util.Random;

/**
 * Chooses the transfers from the seed. Some accounts are used far more often than others; clients
 * and the process manager conflict there.
 */
record Plan(BankOptions options) {
  /** In cents. */
  static final long OPENING_BALANCE = 100_000;

  private static final long LARGEST = 60_000;
  private static final int POPULAR = 10;
  private static final double POPULAR_SHARE = 0.3;

  /** Share of the accounts that are closed during the run. */
  private static final double CLOSED_SHARE = 0.05;

  /**
   * A transfer requested from a teller.
   *
   * @param id the same in every repetition
   * @param teller the teller
   * @param number increases with each transfer of the teller
   * @param from the payer
   * @param to the payee
   * @param amount in cents
   */
  record Transfer(String id, String teller, long number, String from, String to, long amount) {}

  Transfer draw(Random random, int teller, int number) {
    int from = account(random);
    int to = account(random);
    while (to == from) {
      to = account(random);
    }
    return new Transfer(
        "t%02d-%05d".formatted(teller, number),
        "teller-%02d".formatted(teller),
        number,
        name(from),
        name(to),
        1 + (long) (random.nextDouble() * LARGEST));
  }

  private int account(Random random) {
    boolean popular = random.nextDouble() < POPULAR_SHARE;
    return random.nextInt(popular ? Math.min(POPULAR, options.accounts) : options.accounts);
  }

  /** Whether an account is closed before the next transfer. */
  boolean closes(Random random) {
    return random.nextDouble() * options.transfers < CLOSED_SHARE * options.accounts;
  }

  String anyAccount(Random random) {
    return name(random.nextInt(options.accounts));
  }

  static String name(int account) {
    return "account.%05d".formatted(account);
  }
}
