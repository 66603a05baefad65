package dev.aether.examples.bank;

import java.util.Optional;

/**
 * Events of an account, and the rules for them. Amounts are in cents, above zero.
 *
 * <p>All but the first and the last come from a source that numbers its requests to the account in
 * increasing order. So the account need not remember every transfer to recognise a repeated
 * request: the last number of each source is enough ({@link Account#seen}).
 */
sealed interface AccountEvent {
  /** The source of the request: a teller, or the account that paid. */
  default String source() {
    return "";
  }

  /**
   * The number of the request, which increases with each request of the source to this account; 0
   * if it has none.
   */
  default long number() {
    return 0;
  }

  /** Why the account refuses it; empty if it does not. */
  Optional<String> refusal(Account account);

  /** The change of the balance, in cents. */
  default long change() {
    return 0;
  }

  /** The account was opened. */
  record Opened(long balance) implements AccountEvent {
    @Override
    public Optional<String> refusal(Account account) {
      return account.equals(Account.NONE) ? Optional.empty() : Optional.of("already open");
    }

    @Override
    public long change() {
      return balance;
    }
  }

  /** A transfer was started: the payer has paid. The teller numbers its transfers. */
  record Debited(String transfer, String teller, long number, String to, long amount)
      implements AccountEvent {
    @Override
    public String source() {
      return teller;
    }

    @Override
    public Optional<String> refusal(Account account) {
      if (!account.open()) {
        return Optional.of("closed");
      }
      return account.balance() < amount ? Optional.of("balance too low") : Optional.empty();
    }

    @Override
    public long change() {
      return -amount;
    }
  }

  /**
   * A transfer was completed: the payee was credited. Numbered by the version of the payer's debit.
   */
  record Credited(String transfer, String from, long number, long amount) implements AccountEvent {
    @Override
    public String source() {
      return from;
    }

    @Override
    public Optional<String> refusal(Account account) {
      return account.open() ? Optional.empty() : Optional.of("closed");
    }

    @Override
    public long change() {
      return amount;
    }
  }

  /**
   * A transfer was returned because the payee refused it. Numbered by the debit's version. A closed
   * account accepts it, too, because the money has to go somewhere.
   */
  record Refunded(String transfer, long number, long amount) implements AccountEvent {
    @Override
    public String source() {
      return "refund";
    }

    @Override
    public Optional<String> refusal(Account account) {
      return Optional.empty();
    }

    @Override
    public long change() {
      return amount;
    }
  }

  /** The account was closed: it can no longer pay or be paid, and keeps its balance. */
  record Closed() implements AccountEvent {
    @Override
    public Optional<String> refusal(Account account) {
      return account.open() ? Optional.empty() : Optional.of("closed");
    }
  }
}
